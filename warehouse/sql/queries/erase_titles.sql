-- A thread's title is written by whoever opened it.
UPDATE thread SET thread_title = '' WHERE thread_key IN (FROM erase_title)
