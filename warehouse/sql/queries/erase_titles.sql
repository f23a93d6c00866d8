-- A thread's title is written by whoever opened it.
UPDATE thread SET thread_title = ''
WHERE thread_key IN (
    SELECT thread_key FROM post WHERE post_key IN (FROM erase_target) AND (position = 1 OR reply_to IS NULL AND position IS NULL)
)
