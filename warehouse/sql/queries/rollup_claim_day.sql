-- Count the posts on claims of the days anew.
DELETE FROM claim_day WHERE day IN (FROM changed_day);
INSERT INTO claim_day BY NAME
SELECT f.day, f.claim_id, CASE WHEN grouping(f.source) = 1 THEN '*' ELSE f.source END AS source, f.stance,
    count(*) AS post_count, count(DISTINCT p.author_key) AS author_count
FROM claim_fact AS f
JOIN post AS p USING (post_key)
WHERE f.day IN (FROM changed_day)
GROUP BY GROUPING SETS ((f.day, f.claim_id, f.stance), (f.day, f.claim_id, f.stance, f.source))
