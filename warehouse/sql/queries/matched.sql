-- Which of some posts' revisions a version of model and claims has been held against.
SELECT post_key, revision
FROM match_pass
WHERE version = $version AND post_key IN (SELECT unnest(from_json($post_keys, '["VARCHAR"]')))
