-- Posts that a step of a pass could not do: set aside with the reason, so that the others go on.

CREATE TABLE post_set_aside (
    post_key TEXT NOT NULL,
    revision TEXT NOT NULL,
    step TEXT NOT NULL,
    version TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    set_aside_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (post_key, revision, step, version)
);
COMMENT ON TABLE post_set_aside IS 'Posts that a step could not do, each with the reason. Another model, other claims or `ryktesvakt replay` tries them again.';
COMMENT ON COLUMN post_set_aside.post_key IS 'The post.';
COMMENT ON COLUMN post_set_aside.revision IS 'The revision that could not be done.';
COMMENT ON COLUMN post_set_aside.step IS '`annotate` or `match`.';
COMMENT ON COLUMN post_set_aside.version IS 'The version of the labels or of the matches that it was asked for.';
COMMENT ON COLUMN post_set_aside.reason IS '`error`, `not_a_number`, `process_died` or `too_slow`.';
COMMENT ON COLUMN post_set_aside.detail IS 'The kind of error and where in the program; never words of the post.';
COMMENT ON COLUMN post_set_aside.set_aside_at IS 'When it was set aside [run clock]';
