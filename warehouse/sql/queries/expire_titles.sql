-- Titles of threads in which nothing has been posted since.
UPDATE thread SET thread_title = ''
WHERE thread_title <> '' AND NOT EXISTS (
    SELECT 1 FROM post AS p WHERE p.thread_key = thread.thread_key AND p.posted_at >= $before
)
