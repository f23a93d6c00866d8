-- Lay out how many posts about the company were written each local day, from the counts by the hour.
CREATE OR REPLACE TEMP TABLE mention_of_day AS
SELECT timezone($timezone, hour_at)::DATE AS day, sum(post_count) AS post_count, sum(negative_count) AS negative_count,
    sum(rumour_count) AS rumour_count
FROM volume_hour
WHERE hour_at <= $now
GROUP BY ALL
