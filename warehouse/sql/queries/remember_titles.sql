-- Know the erased titles again when other posts of their threads are crawled.
INSERT INTO erasure (subject_key, kind, erased_at)
SELECT title_subject(source, thread_id), 'title', $erased_at FROM thread WHERE thread_key IN (FROM erase_title)
ON CONFLICT DO NOTHING
