-- The key of a post: post_key(source, post_id) of warehouse/keys.py.
CREATE OR REPLACE MACRO post_subject(source, post_id) AS
    substr(sha256(source || chr(0) || post_id), 1, 20);
COMMENT ON MACRO post_subject IS 'Key of a post, from its source and native id.';
