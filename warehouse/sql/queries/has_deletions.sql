-- Whether any post has ever been found gone.
SELECT EXISTS (FROM deletion) AS has_deletions
