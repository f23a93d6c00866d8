-- The posts about which something has changed.
CREATE OR REPLACE TEMP TABLE changed_post AS SELECT DISTINCT post_key FROM dirty_post
