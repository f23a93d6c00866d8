-- Whether any of these posts has ever been found gone.
SELECT EXISTS (FROM deletion SEMI JOIN touched_post USING (post_key)) AS has_deletions
