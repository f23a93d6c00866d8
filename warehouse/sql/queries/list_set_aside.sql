-- Posts that a step could not do, the latest first.
SELECT post_key, revision, step, version, reason, detail, set_aside_at
FROM post_set_aside
ORDER BY set_aside_at DESC, post_key, step
