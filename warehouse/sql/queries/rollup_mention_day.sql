-- Count the mentions of the days anew; laid down by topic, so that who asks for one reads that alone.
DELETE FROM mention_day WHERE day IN (FROM changed_day);
INSERT INTO mention_day BY NAME
SELECT day, source, topic, sentiment, count(*) AS post_count, count(*) FILTER (is_rumour) AS rumour_count
FROM (
    SELECT day, source, sentiment, is_rumour, unnest(list_append(topics, '*')) AS topic
    FROM mention_fact
    WHERE day IN (FROM changed_day)
)
GROUP BY ALL
ORDER BY topic, day
