-- Know the erased posts again when they are crawled again.
INSERT INTO erasure (subject_key, kind, erased_at)
SELECT post_key, 'post', $erased_at FROM erase_target
ON CONFLICT DO NOTHING
