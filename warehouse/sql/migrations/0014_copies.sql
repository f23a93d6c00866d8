-- Which posts are copies of others with small changes, told from their runs of words.

CREATE TABLE text_print (
    post_key TEXT NOT NULL,
    revision TEXT NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    prints BIGINT[] NOT NULL,
    PRIMARY KEY (post_key, revision)
);
COMMENT ON TABLE text_print IS 'Which revisions have been held against others for copies, and what they are found by. Goes with the words.';
COMMENT ON COLUMN text_print.post_key IS 'The post.';
COMMENT ON COLUMN text_print.revision IS 'The revision that was read.';
COMMENT ON COLUMN text_print.first_seen_at IS 'When this content was first fetched.';
COMMENT ON COLUMN text_print.prints IS 'The least hashes of its runs of three words; none for a text that is too short to tell, or the same as one that is found already.';

CREATE TABLE text_copy (
    post_key TEXT NOT NULL,
    revision TEXT NOT NULL,
    group_key TEXT NOT NULL,
    copy_of TEXT,
    likeness DOUBLE NOT NULL,
    PRIMARY KEY (post_key, revision)
);
COMMENT ON TABLE text_copy IS 'Posts whose words are those of another with small changes; posts that stand alone are not here.';
COMMENT ON COLUMN text_copy.post_key IS 'The post.';
COMMENT ON COLUMN text_copy.revision IS 'The revision that was read.';
COMMENT ON COLUMN text_copy.group_key IS 'Stable key of the group: hash of the post and revision that it began with; a group keeps it as it grows.';
COMMENT ON COLUMN text_copy.copy_of IS 'Key of the post that it is most like, of those known when it came; null for the first of the group.';
COMMENT ON COLUMN text_copy.likeness IS 'Share of the shorter text''s runs of three words that both have, 0 to 1.';
