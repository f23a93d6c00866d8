-- Mentions by local day up to today, each with what was usual in the 56 days before it, from the counts by the hour. Days
-- before the first mention or visit are unknown, not empty. The same question as digest_volume.
WITH mention AS MATERIALIZED (
    SELECT timezone($timezone, hour_at)::DATE AS day, sum(post_count) AS post_count,
        sum(post_count) FILTER (sentiment = 'negative') AS negative_count, sum(rumour_count) AS rumour_count
    FROM mention_hour
    WHERE topic = '*' AND hour_at <= $now AND hour_at > $now - to_days(($day_count::BIGINT + 57)::INTEGER)
    GROUP BY ALL
),
known AS (
    SELECT least(
        (SELECT timezone($timezone, min(hour_at))::DATE FROM mention_hour WHERE hour_at <= $now),
        (SELECT min(timezone($timezone, started_at)::DATE) FROM visit WHERE finished_at <= $now)
    ) AS first_day
),
day AS (
    SELECT day.day
    FROM (SELECT unnest(generate_series($day::DATE - ($day_count::BIGINT + 55)::INTEGER, $day::DATE, INTERVAL 1 DAY))::DATE AS day)
        AS day, known
    WHERE day.day >= coalesce(known.first_day, $day::DATE) OR day.day = $day::DATE
),
counted AS (
    SELECT day.day, coalesce(m.post_count, 0)::BIGINT AS post_count, coalesce(m.negative_count, 0)::BIGINT AS negative_count,
        coalesce(m.rumour_count, 0)::BIGINT AS rumour_count
    FROM day
    LEFT JOIN mention AS m USING (day)
),
judged AS (
    SELECT *, coalesce(quantile_cont(post_count, 0.1) OVER before, 0.0) AS usual_low,
        coalesce(quantile_cont(post_count, 0.5) OVER before, 0.0) AS usual,
        coalesce(quantile_cont(post_count, 0.9) OVER before, 0.0) AS usual_high
    FROM counted
    WINDOW before AS (ORDER BY day ROWS BETWEEN 56 PRECEDING AND 1 PRECEDING)
)
FROM judged
WHERE day > $day::DATE - $day_count::INTEGER
ORDER BY day
