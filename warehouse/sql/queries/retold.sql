-- When something was last said, by a model or a person, of the posts on a claim that were posted before a time. A post
-- that came late is among them: it is held against the claims when it comes.
SELECT t.claim_id, max(t.told_at) AS told_at
FROM (
    SELECT m.claim_id, a.post_key, a.matched_at AS told_at
    FROM match_pass AS a
    JOIN claim_match AS m USING (post_key)
    WHERE a.matched_at > $since
    UNION ALL
    SELECT claim_id, post_key, judged_at FROM judgement WHERE judged_at > $since
    UNION ALL
    SELECT claim_id, post_key, undone_at FROM judgement_undo WHERE undone_at > $since
) AS t
JOIN post AS p USING (post_key)
WHERE p.posted_at < $posted_before
GROUP BY t.claim_id
ORDER BY t.claim_id
