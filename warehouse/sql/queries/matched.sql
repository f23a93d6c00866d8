-- Revisions that a version of model and claims has been held against.
SELECT post_key, revision FROM match_pass WHERE version = $version
