-- What the posts that changed count as now.
CREATE OR REPLACE TEMP TABLE changed_mention AS
SELECT m.post_key, m.posted_at, time_bucket(INTERVAL 1 HOUR, m.posted_at) AS hour_at,
    timezone('Europe/Stockholm', m.posted_at)::DATE AS day, m.source, m.thread_key,
    coalesce(m.sentiment, '') AS sentiment, m.is_rumour, coalesce(t.topics, []) AS topics
FROM mention_as_of(TIMESTAMPTZ 'infinity') AS m
LEFT JOIN (
    SELECT post_key, list(DISTINCT label ORDER BY label) AS topics
    FROM label_as_of(TIMESTAMPTZ 'infinity')
    WHERE task = 'topic'
    GROUP BY post_key
) AS t USING (post_key)
