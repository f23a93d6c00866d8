-- Mentions by topic today, and the mean of the days that are known among the 56 before it, from the counts by the hour.
-- The same question as digest_topics.
WITH mention AS MATERIALIZED (
    SELECT timezone($timezone, hour_at)::DATE AS day, topic, sum(post_count) AS post_count
    FROM mention_hour
    WHERE topic <> '*' AND hour_at <= $now AND hour_at > $now - INTERVAL 58 DAY
    GROUP BY ALL
),
known AS (
    SELECT greatest(0, least(56, $day::DATE - least(
        (SELECT timezone($timezone, min(hour_at))::DATE FROM mention_hour WHERE hour_at <= $now),
        (SELECT min(timezone($timezone, started_at)::DATE) FROM visit WHERE finished_at <= $now)
    ))) AS day_count
)
SELECT topic, coalesce(sum(m.post_count) FILTER (m.day = $day::DATE), 0)::BIGINT AS post_count,
    CASE
        WHEN any_value(known.day_count) > 0
            THEN coalesce(sum(m.post_count) FILTER (m.day < $day::DATE AND m.day >= $day::DATE - 56), 0)
                / any_value(known.day_count)
        ELSE 0.0
    END AS usual
FROM mention AS m, known
GROUP BY topic
HAVING post_count > 0 OR usual > 0
ORDER BY post_count DESC, usual DESC, topic
