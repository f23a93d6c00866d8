-- Lay out how many posts about the company were written each local day, from the counts by the hour: of the days that a
-- digest of the last week looks back on, and that there was an earlier one.
CREATE OR REPLACE TEMP TABLE mention_of_day AS
SELECT timezone($timezone, hour_at)::DATE AS day, sum(post_count) AS post_count, sum(negative_count) AS negative_count,
    sum(rumour_count) AS rumour_count
FROM volume_hour
WHERE hour_at <= $now AND hour_at > $now - INTERVAL 120 DAY
GROUP BY ALL
UNION ALL
SELECT timezone($timezone, first_at)::DATE, 0, 0, 0
FROM (SELECT min(hour_at) AS first_at FROM volume_hour WHERE hour_at <= $now)
WHERE first_at <= $now - INTERVAL 120 DAY
