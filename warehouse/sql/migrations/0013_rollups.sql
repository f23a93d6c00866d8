-- Counts that views answer from, kept up to date by what has changed: a view never reads ten million posts.

CREATE TABLE dirty_post (
    post_key TEXT NOT NULL
);
COMMENT ON TABLE dirty_post IS 'Posts about which something has changed since the counts were last brought up to date [run clock]';
COMMENT ON COLUMN dirty_post.post_key IS 'The post.';
INSERT INTO dirty_post SELECT post_key FROM post;

CREATE TABLE mention_fact (
    post_key TEXT NOT NULL,
    hour_at TIMESTAMPTZ NOT NULL,
    day DATE NOT NULL,
    source TEXT NOT NULL,
    thread_key TEXT NOT NULL,
    sentiment TEXT NOT NULL,
    is_rumour BOOLEAN NOT NULL,
    topics TEXT[] NOT NULL
);
COMMENT ON TABLE mention_fact IS 'One row for each post about the company: what it counts as. Made from the tables; never the other way.';
COMMENT ON COLUMN mention_fact.post_key IS 'The post.';
COMMENT ON COLUMN mention_fact.hour_at IS 'The hour in which it was posted, by its beginning.';
COMMENT ON COLUMN mention_fact.day IS 'The Swedish day on which it was posted.';
COMMENT ON COLUMN mention_fact.source IS 'The site or network.';
COMMENT ON COLUMN mention_fact.thread_key IS 'The thread.';
COMMENT ON COLUMN mention_fact.sentiment IS '`negative`, `neutral` or `positive`; empty when it was not judged.';
COMMENT ON COLUMN mention_fact.is_rumour IS 'Whether it supports or asks about a claim.';
COMMENT ON COLUMN mention_fact.topics IS 'Its topics'' codes.';

CREATE TABLE claim_fact (
    post_key TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    hour_at TIMESTAMPTZ NOT NULL,
    day DATE NOT NULL,
    source TEXT NOT NULL,
    stance TEXT
);
COMMENT ON TABLE claim_fact IS 'One row for each post and claim that it is counted on. Made from the tables; never the other way.';
COMMENT ON COLUMN claim_fact.post_key IS 'The post.';
COMMENT ON COLUMN claim_fact.claim_id IS 'The claim.';
COMMENT ON COLUMN claim_fact.hour_at IS 'The hour in which the post was posted, by its beginning.';
COMMENT ON COLUMN claim_fact.day IS 'The Swedish day on which it was posted.';
COMMENT ON COLUMN claim_fact.source IS 'The site or network.';
COMMENT ON COLUMN claim_fact.stance IS '`support`, `deny`, `query` or `comment`; null when it was not judged.';

CREATE TABLE mention_hour (
    hour_at TIMESTAMPTZ NOT NULL,
    source TEXT NOT NULL,
    topic TEXT NOT NULL,
    sentiment TEXT NOT NULL,
    post_count BIGINT NOT NULL,
    rumour_count BIGINT NOT NULL
);
COMMENT ON TABLE mention_hour IS 'Posts about the company by hour (UTC), source, topic and sentiment. Add up either the rows of topic `*`, which count each post once, or those of topics.';
COMMENT ON COLUMN mention_hour.hour_at IS 'The hour, by its beginning.';
COMMENT ON COLUMN mention_hour.source IS 'The site or network.';
COMMENT ON COLUMN mention_hour.topic IS 'The topic''s code, or `*` for all: a post of two topics counts in both, and once in `*`.';
COMMENT ON COLUMN mention_hour.sentiment IS '`negative`, `neutral` or `positive`; empty when it was not judged.';
COMMENT ON COLUMN mention_hour.post_count IS 'Posts.';
COMMENT ON COLUMN mention_hour.rumour_count IS 'Of which support or ask about a claim.';

CREATE TABLE mention_day (
    day DATE NOT NULL,
    source TEXT NOT NULL,
    topic TEXT NOT NULL,
    sentiment TEXT NOT NULL,
    post_count BIGINT NOT NULL,
    rumour_count BIGINT NOT NULL
);
COMMENT ON TABLE mention_day IS 'The same by Swedish day.';
COMMENT ON COLUMN mention_day.day IS 'Day in Sweden.';
COMMENT ON COLUMN mention_day.source IS 'The site or network.';
COMMENT ON COLUMN mention_day.topic IS 'The topic''s code, or `*` for all: a post of two topics counts in both, and once in `*`.';
COMMENT ON COLUMN mention_day.sentiment IS '`negative`, `neutral` or `positive`; empty when it was not judged.';
COMMENT ON COLUMN mention_day.post_count IS 'Posts.';
COMMENT ON COLUMN mention_day.rumour_count IS 'Of which support or ask about a claim.';

CREATE TABLE claim_hour (
    hour_at TIMESTAMPTZ NOT NULL,
    claim_id TEXT NOT NULL,
    source TEXT NOT NULL,
    stance TEXT,
    post_count BIGINT NOT NULL,
    author_count BIGINT NOT NULL
);
COMMENT ON TABLE claim_hour IS 'Posts on each claim by hour (UTC), source and stance. The rows of source `*` are over all sources.';
COMMENT ON COLUMN claim_hour.hour_at IS 'The hour, by its beginning.';
COMMENT ON COLUMN claim_hour.claim_id IS 'The claim.';
COMMENT ON COLUMN claim_hour.source IS 'The site or network, or `*` for all.';
COMMENT ON COLUMN claim_hour.stance IS '`support`, `deny`, `query` or `comment`; null when it was not judged.';
COMMENT ON COLUMN claim_hour.post_count IS 'Posts.';
COMMENT ON COLUMN claim_hour.author_count IS 'Different authors.';

CREATE TABLE claim_day (
    day DATE NOT NULL,
    claim_id TEXT NOT NULL,
    source TEXT NOT NULL,
    stance TEXT,
    post_count BIGINT NOT NULL,
    author_count BIGINT NOT NULL
);
COMMENT ON TABLE claim_day IS 'The same by Swedish day.';
COMMENT ON COLUMN claim_day.day IS 'Day in Sweden.';
COMMENT ON COLUMN claim_day.claim_id IS 'The claim.';
COMMENT ON COLUMN claim_day.source IS 'The site or network, or `*` for all.';
COMMENT ON COLUMN claim_day.stance IS '`support`, `deny`, `query` or `comment`; null when it was not judged.';
COMMENT ON COLUMN claim_day.post_count IS 'Posts.';
COMMENT ON COLUMN claim_day.author_count IS 'Different authors.';

CREATE TABLE thread_total (
    thread_key TEXT NOT NULL,
    post_count BIGINT NOT NULL,
    negative_count BIGINT NOT NULL,
    rumour_count BIGINT NOT NULL,
    author_count BIGINT NOT NULL,
    view_count BIGINT,
    first_posted_at TIMESTAMPTZ NOT NULL,
    last_posted_at TIMESTAMPTZ NOT NULL,
    url TEXT
);
COMMENT ON TABLE thread_total IS 'What is said of the company in each thread in which it is talked of.';
COMMENT ON COLUMN thread_total.thread_key IS 'The thread.';
COMMENT ON COLUMN thread_total.post_count IS 'Posts.';
COMMENT ON COLUMN thread_total.negative_count IS 'Of which negative.';
COMMENT ON COLUMN thread_total.rumour_count IS 'Of which support or ask about a claim.';
COMMENT ON COLUMN thread_total.author_count IS 'Different authors.';
COMMENT ON COLUMN thread_total.view_count IS 'Most views shown.';
COMMENT ON COLUMN thread_total.first_posted_at IS 'When the first of them was posted.';
COMMENT ON COLUMN thread_total.last_posted_at IS 'When the last of them was posted.';
COMMENT ON COLUMN thread_total.url IS 'Where the first of them that can be shown is.';
