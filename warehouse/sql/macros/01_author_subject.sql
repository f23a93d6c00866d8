-- The key under which an erased author is remembered: stable_key('author', author_key) of warehouse/keys.py.
CREATE OR REPLACE MACRO author_subject(author_key) AS
    substr(sha256('author' || chr(0) || author_key), 1, 20);
COMMENT ON MACRO author_subject IS 'Key under which an erased author is remembered.';
