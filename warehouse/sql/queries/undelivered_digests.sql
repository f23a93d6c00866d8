-- Digests that were written and not delivered.
SELECT day, generated_at, path FROM digest_run WHERE delivered_at IS NULL ORDER BY day, generated_at
