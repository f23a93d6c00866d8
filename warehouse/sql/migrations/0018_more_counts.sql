-- What the board and analysts ask most, answered from small tables: an hour's volume in one row, a thread with its title
-- in one place, and the posts that wait for somebody to say whether they are about a claim.

CREATE TABLE volume_hour (
    hour_at TIMESTAMPTZ NOT NULL,
    source TEXT NOT NULL,
    post_count BIGINT NOT NULL,
    negative_count BIGINT NOT NULL,
    rumour_count BIGINT NOT NULL
);
COMMENT ON TABLE volume_hour IS 'Posts about the company by hour (UTC) and source, all topics and sentiments together.';
COMMENT ON COLUMN volume_hour.hour_at IS 'The hour, by its beginning.';
COMMENT ON COLUMN volume_hour.source IS 'The site or network.';
COMMENT ON COLUMN volume_hour.post_count IS 'Posts.';
COMMENT ON COLUMN volume_hour.negative_count IS 'Of which negative.';
COMMENT ON COLUMN volume_hour.rumour_count IS 'Of which support or ask about a claim.';
INSERT INTO volume_hour
SELECT hour_at, source, sum(post_count), coalesce(sum(post_count) FILTER (sentiment = 'negative'), 0), sum(rumour_count)
FROM mention_hour
WHERE topic = '*'
GROUP BY hour_at, source
ORDER BY hour_at;

CREATE TABLE suggestion_fact (
    post_key TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    hour_at TIMESTAMPTZ NOT NULL,
    stance TEXT,
    sentiment TEXT NOT NULL,
    topics TEXT[] NOT NULL
);
COMMENT ON TABLE suggestion_fact IS 'One row for each post and claim that it may be about, which nobody has said yet. Made from the tables; never the other way.';
COMMENT ON COLUMN suggestion_fact.post_key IS 'The post.';
COMMENT ON COLUMN suggestion_fact.claim_id IS 'The claim.';
COMMENT ON COLUMN suggestion_fact.hour_at IS 'The hour in which the post was posted, by its beginning.';
COMMENT ON COLUMN suggestion_fact.stance IS 'How it would stand to the claim: `support`, `deny`, `query` or `comment`; null when it was not judged.';
COMMENT ON COLUMN suggestion_fact.sentiment IS '`negative`, `neutral` or `positive`; empty when it was not judged, or the post is not about the company.';
COMMENT ON COLUMN suggestion_fact.topics IS 'Its topics'' codes.';
INSERT INTO dirty_post SELECT DISTINCT post_key FROM claim_match WHERE tier = 'suggest';

ALTER TABLE thread_total ADD COLUMN source TEXT;
ALTER TABLE thread_total ADD COLUMN thread_id TEXT;
ALTER TABLE thread_total ADD COLUMN thread_title TEXT;
COMMENT ON COLUMN thread_total.source IS 'The site or network.';
COMMENT ON COLUMN thread_total.thread_id IS 'The place''s own id of the thread.';
COMMENT ON COLUMN thread_total.thread_title IS 'The title when it was last seen.';
UPDATE thread_total SET source = t.source, thread_id = t.thread_id, thread_title = t.thread_title
FROM thread AS t
WHERE t.thread_key = thread_total.thread_key
