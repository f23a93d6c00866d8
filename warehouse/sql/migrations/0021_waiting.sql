-- What steps of a pass still have to look at, so that none looks through the whole history for it.

CREATE TABLE waiting_list (
    step TEXT NOT NULL,
    version TEXT NOT NULL,
    since_at TIMESTAMPTZ,
    PRIMARY KEY (step)
);
COMMENT ON TABLE waiting_list IS 'Steps for which `waiting_post` names whatever may wait. A step that is not here, or is for another version, lists all posts first [run clock]';
COMMENT ON COLUMN waiting_list.step IS '`annotate`, `copies` or `match`.';
COMMENT ON COLUMN waiting_list.version IS 'The version of labels or matches that posts wait for; empty for copies.';
COMMENT ON COLUMN waiting_list.since_at IS 'Only posts that were posted after this are listed; null for all.';

CREATE TABLE waiting_post (
    step TEXT NOT NULL,
    post_key TEXT NOT NULL
);
COMMENT ON TABLE waiting_post IS 'Posts that may wait for a step: what was loaded or labelled since it was last done with all. More than wait may be here, never fewer [run clock]';
COMMENT ON COLUMN waiting_post.step IS 'The step.';
COMMENT ON COLUMN waiting_post.post_key IS 'The post.';
