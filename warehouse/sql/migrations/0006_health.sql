-- How sound each crawl's reading was, and under which key the pseudonyms are.

CREATE TABLE health (
    health_key TEXT NOT NULL,
    source TEXT NOT NULL,
    engine TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ NOT NULL,
    read_count BIGINT NOT NULL,
    new_count BIGINT NOT NULL,
    set_aside_count BIGINT NOT NULL,
    future_count BIGINT NOT NULL,
    backward_count BIGINT NOT NULL,
    heaped_count BIGINT NOT NULL,
    PRIMARY KEY (health_key)
);
COMMENT ON TABLE health IS 'What each crawl that met posts counted while it read, of posts in kept threads and in others.';
COMMENT ON COLUMN health.health_key IS 'Stable key: hash of source and times.';
COMMENT ON COLUMN health.source IS 'The site or network.';
COMMENT ON COLUMN health.engine IS 'The parser that read it.';
COMMENT ON COLUMN health.started_at IS 'When the crawl began.';
COMMENT ON COLUMN health.finished_at IS 'When the crawl ended.';
COMMENT ON COLUMN health.read_count IS 'Posts parsed.';
COMMENT ON COLUMN health.new_count IS 'Posts that no earlier crawl had counted.';
COMMENT ON COLUMN health.set_aside_count IS 'Posts that could not be read for certain.';
COMMENT ON COLUMN health.future_count IS 'Posts dated later than they were fetched.';
COMMENT ON COLUMN health.backward_count IS 'Posts dated before the post that opened their thread.';
COMMENT ON COLUMN health.heaped_count IS 'Posts that share their instant with two others or more.';

CREATE TABLE health_field (
    health_key TEXT NOT NULL,
    field TEXT NOT NULL,
    present_count BIGINT NOT NULL,
    of_count BIGINT NOT NULL,
    PRIMARY KEY (health_key, field)
);
COMMENT ON TABLE health_field IS 'On how many posts of a crawl the pages told each field.';
COMMENT ON COLUMN health_field.health_key IS 'The crawl.';
COMMENT ON COLUMN health_field.field IS 'Field of a post, for instance `like_count`; `quoted_post_id` is of posts that quote.';
COMMENT ON COLUMN health_field.present_count IS 'Posts that had it.';
COMMENT ON COLUMN health_field.of_count IS 'Posts that could have had it.';

CREATE TABLE health_day (
    health_key TEXT NOT NULL,
    day DATE NOT NULL,
    post_count BIGINT NOT NULL,
    PRIMARY KEY (health_key, day)
);
COMMENT ON TABLE health_day IS 'New posts of a crawl by the Swedish day on which they were posted; days more than 60 back are left out.';
COMMENT ON COLUMN health_day.health_key IS 'The crawl.';
COMMENT ON COLUMN health_day.day IS 'The Swedish day on which they were posted.';
COMMENT ON COLUMN health_day.post_count IS 'Posts that no earlier crawl had counted.';

CREATE TABLE pseudonym_key (
    key_print TEXT NOT NULL,
    set_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (key_print)
);
COMMENT ON TABLE pseudonym_key IS 'Under which key the author pseudonyms are: one row, changed in the same transaction as they.';
COMMENT ON COLUMN pseudonym_key.key_print IS 'Fingerprint of the key; the key itself is never here.';
COMMENT ON COLUMN pseudonym_key.set_at IS 'Since when [run clock]';

COMMENT ON COLUMN outcome.record IS '`post`, `deletion`, `set_aside`, `incident`, `visit`, `health` or `unreadable`.';
COMMENT ON COLUMN outcome.outcome IS '`loaded`, `unchanged`, `revised`, `deleted`, `quarantined`, `incident`, `visit`, `health` or `suppressed` (erased before, not stored again).';
COMMENT ON COLUMN erasure.subject_key IS 'Key of the post, or a hash of the author''s pseudonym or of source and thread id.';
COMMENT ON COLUMN erasure.kind IS '`post`, `author` or `title` (of a thread that an erased post opened).';
