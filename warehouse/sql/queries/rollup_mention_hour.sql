-- Count the mentions of the hours anew; laid down by topic, so that who asks for one reads that alone.
DELETE FROM mention_hour WHERE hour_at IN (FROM changed_hour);
INSERT INTO mention_hour BY NAME
SELECT hour_at, source, topic, sentiment, count(*) AS post_count, count(*) FILTER (is_rumour) AS rumour_count
FROM (
    SELECT hour_at, source, sentiment, is_rumour, unnest(list_append(topics, '*')) AS topic
    FROM mention_fact
    WHERE hour_at IN (FROM changed_hour)
)
GROUP BY ALL
ORDER BY topic, hour_at
