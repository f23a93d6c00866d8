-- Mentions by local day up to the digest's, each with what was usual in the 56 days before it, from what `digest_days` or
-- `now_days` has laid out. Days before the first mention or visit are unknown, not empty.
WITH known AS (
    SELECT least(
        (SELECT min(day) FROM mention_of_day),
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
    LEFT JOIN mention_of_day AS m USING (day)
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
