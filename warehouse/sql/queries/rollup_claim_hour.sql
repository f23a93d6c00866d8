-- Count the posts on claims of the hours anew.
DELETE FROM claim_hour WHERE hour_at IN (FROM changed_hour);
INSERT INTO claim_hour BY NAME
SELECT f.hour_at, f.claim_id, CASE WHEN grouping(f.source) = 1 THEN '*' ELSE f.source END AS source, f.stance,
    count(*) AS post_count, count(DISTINCT p.author_key) AS author_count
FROM claim_fact AS f
JOIN post AS p USING (post_key)
WHERE f.hour_at IN (FROM changed_hour)
GROUP BY GROUPING SETS ((f.hour_at, f.claim_id, f.stance), (f.hour_at, f.claim_id, f.stance, f.source))
