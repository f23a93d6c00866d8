-- One row a local day: posts read, those kept, those about the company, those on a claim, those that spread one.
SELECT v.day, v.read_count, coalesce(k.seen_count, 0) AS seen_count, coalesce(k.mention_count, 0) AS mention_count,
    coalesce(k.matched_count, 0) AS matched_count, coalesce(k.rumour_count, 0) AS rumour_count
FROM (
    SELECT timezone($timezone, started_at)::DATE AS day, sum(read_count)::BIGINT AS read_count
    FROM visit
    GROUP BY day
) AS v
LEFT JOIN (
    SELECT timezone($timezone, p.first_seen_at)::DATE AS day,
        count(*) AS seen_count,
        count(n.post_key) AS mention_count,
        count(m.post_key) AS matched_count,
        count(*) FILTER (m.is_rumour) AS rumour_count
    FROM post AS p
    LEFT JOIN (SELECT DISTINCT post_key FROM mention_current) AS n USING (post_key)
    LEFT JOIN (
        SELECT post_key, bool_or(stance IN ('support', 'query')) AS is_rumour
        FROM match_current
        WHERE tier = 'auto'
        GROUP BY post_key
    ) AS m USING (post_key)
    GROUP BY day
) AS k USING (day)
ORDER BY v.day
