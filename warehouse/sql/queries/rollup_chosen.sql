-- The posts that changed.
CREATE OR REPLACE TEMP TABLE chosen_post AS SELECT post_key, first_seen_at FROM post SEMI JOIN changed_post USING (post_key)
