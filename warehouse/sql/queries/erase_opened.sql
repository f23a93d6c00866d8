-- Threads that an erased post opened: where no place in the thread is known, the first post did.
CREATE OR REPLACE TEMP TABLE erase_title AS
SELECT DISTINCT p.thread_key
FROM post AS p
WHERE p.post_key IN (FROM erase_target) AND (
    p.position = 1
    OR (p.position IS NULL AND p.posted_at = (SELECT min(o.posted_at) FROM post AS o WHERE o.thread_key = p.thread_key))
)
