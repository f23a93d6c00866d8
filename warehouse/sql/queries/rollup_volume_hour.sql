-- Add up the volume of the hours anew.
DELETE FROM volume_hour WHERE hour_at IN (FROM changed_hour);
INSERT INTO volume_hour BY NAME
SELECT hour_at, source, sum(post_count)::BIGINT AS post_count,
    coalesce(sum(post_count) FILTER (sentiment = 'negative'), 0)::BIGINT AS negative_count,
    sum(rumour_count)::BIGINT AS rumour_count
FROM mention_hour
WHERE topic = '*' AND hour_at IN (FROM changed_hour)
GROUP BY hour_at, source
ORDER BY hour_at
