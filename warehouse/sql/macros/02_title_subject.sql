-- The key of a thread's title: title_subject(source, thread_id) of warehouse/keys.py.
CREATE OR REPLACE MACRO title_subject(source, thread_id) AS
    substr(sha256('title' || chr(0) || source || chr(0) || thread_id || chr(0) || 'erased'), 1, 20);
COMMENT ON MACRO title_subject IS 'Key under which the title of a thread is remembered once erased.';
