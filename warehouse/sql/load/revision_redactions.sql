-- Kinds of what was taken out of known contents, where they changed: a list is rewritten with its row, so seldom.
INSERT INTO post_revision BY NAME
SELECT post_key, revision, seen_at AS last_seen_at, redactions, record_key, revision_first_seen_at AS first_seen_at
FROM staged_post
ANTI JOIN new_revision USING (post_key, revision)
WHERE is_latest_of_revision
ON CONFLICT DO UPDATE SET redactions = excluded.redactions
WHERE excluded.redactions <> post_revision.redactions AND (excluded.last_seen_at > post_revision.last_seen_at
    OR (excluded.last_seen_at = post_revision.last_seen_at AND excluded.record_key > post_revision.record_key))
