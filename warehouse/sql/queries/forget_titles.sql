-- A title that is gone is gone where threads are counted too.
UPDATE thread_total SET thread_title = ''
WHERE thread_title <> '' AND thread_key IN (SELECT thread_key FROM thread WHERE thread_title = '')
