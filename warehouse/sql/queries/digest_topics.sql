-- Mentions by topic on the digest's day, and the mean of the days that are known among the 56 before it.
WITH mention AS MATERIALIZED (
    SELECT post_key, timezone($timezone, posted_at)::DATE AS day FROM known_mention
),
known AS (
    SELECT greatest(0, least(56, $day::DATE - least(
        (SELECT min(day) FROM mention),
        (SELECT min(timezone($timezone, started_at)::DATE) FROM visit WHERE finished_at <= $now)
    ))) AS day_count
)
SELECT t.topic, count(*) FILTER (m.day = $day::DATE) AS post_count,
    CASE
        WHEN any_value(known.day_count) > 0
            THEN count(*) FILTER (m.day < $day::DATE AND m.day >= $day::DATE - 56) / any_value(known.day_count)
        ELSE 0.0
    END AS usual
FROM mention AS m
JOIN known_topic AS t USING (post_key), known
GROUP BY t.topic
HAVING post_count > 0 OR usual > 0
ORDER BY post_count DESC, usual DESC, t.topic
