-- The posts that have been found gone.
CREATE OR REPLACE TEMP TABLE touched_post AS SELECT DISTINCT post_key FROM deletion
