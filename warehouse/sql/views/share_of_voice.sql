CREATE OR REPLACE VIEW share_of_voice AS
SELECT day, topic, sentiment, post_count, post_count / sum(post_count) OVER (PARTITION BY day) AS share
FROM (
    SELECT day, topic, nullif(sentiment, '') AS sentiment, sum(post_count)::BIGINT AS post_count
    FROM mention_day
    WHERE topic <> '*'
    GROUP BY ALL
);
COMMENT ON VIEW share_of_voice IS 'Each topic''s and sentiment''s share of a Swedish day''s mentions; a post of two topics counts in both.';
COMMENT ON COLUMN share_of_voice.day IS 'Day in Sweden.';
COMMENT ON COLUMN share_of_voice.topic IS 'The topic''s code.';
COMMENT ON COLUMN share_of_voice.sentiment IS '`negative`, `neutral` or `positive`.';
COMMENT ON COLUMN share_of_voice.post_count IS 'Posts.';
COMMENT ON COLUMN share_of_voice.share IS 'Share of the day''s topic mentions, 0 to 1.';
