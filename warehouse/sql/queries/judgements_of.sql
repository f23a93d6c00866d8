-- All that people have said of a post, newest first, what was taken back too.
SELECT j.task, j.claim_id, j.label, j.judged_by, j.judged_at, u.undone_by, u.undone_at
FROM judgement AS j
LEFT JOIN judgement_undo AS u USING (post_key, task, claim_id, judged_by, judged_at)
WHERE j.post_key = $post_key
ORDER BY j.judged_at DESC, j.task, j.claim_id, j.label
