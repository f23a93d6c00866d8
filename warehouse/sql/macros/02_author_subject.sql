-- The key of an author: author_subject(author_key) of warehouse/keys.py.
CREATE OR REPLACE MACRO author_subject(author_key) AS
    substr(sha256('author' || chr(0) || author_key || chr(0) || 'erased'), 1, 20);
COMMENT ON MACRO author_subject IS 'Key under which an author is remembered once erased.';
