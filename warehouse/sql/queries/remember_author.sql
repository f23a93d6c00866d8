-- Know the erased author again when a post of theirs is crawled.
INSERT INTO erasure (subject_key, kind, erased_at)
VALUES ($subject_key, 'author', $erased_at)
ON CONFLICT DO NOTHING
