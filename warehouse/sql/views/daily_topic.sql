CREATE OR REPLACE VIEW daily_topic AS
SELECT day, source, topic, nullif(sentiment, '') AS sentiment, post_count, rumour_count
FROM mention_day
WHERE topic <> '*';
COMMENT ON VIEW daily_topic IS 'Posts about the company by Swedish day, source, topic and sentiment; a post of two topics counts in both.';
COMMENT ON COLUMN daily_topic.day IS 'Day in Sweden.';
COMMENT ON COLUMN daily_topic.source IS 'The site or network.';
COMMENT ON COLUMN daily_topic.topic IS 'The topic''s code.';
COMMENT ON COLUMN daily_topic.sentiment IS '`negative`, `neutral` or `positive`; null when it was not judged.';
COMMENT ON COLUMN daily_topic.post_count IS 'Posts.';
COMMENT ON COLUMN daily_topic.rumour_count IS 'Of which support or ask about a claim.';
