-- Lay out how many posts about the company were written each local day, as far as was known.
CREATE OR REPLACE TEMP TABLE mention_of_day AS
SELECT timezone($timezone, posted_at)::DATE AS day, count(*) AS post_count,
    count(*) FILTER (sentiment = 'negative') AS negative_count, count(*) FILTER (is_rumour) AS rumour_count
FROM known_mention
GROUP BY ALL
