-- Know what was erased again when it is crawled: an author's posts, or a post that has not been loaded.
INSERT INTO erasure (subject_key, kind, erased_at)
VALUES ($subject_key, $kind, $erased_at)
ON CONFLICT DO NOTHING
