-- When a vector was made is kept with it, as with labels: whoever wants those of lately reads no older ones.

ALTER TABLE embedding ADD COLUMN annotated_at TIMESTAMPTZ;
COMMENT ON COLUMN embedding.annotated_at IS 'When it was made [run clock]';
UPDATE embedding SET annotated_at = a.annotated_at
FROM annotation AS a
WHERE a.post_key = embedding.post_key AND a.revision = embedding.revision AND a.model_version = embedding.model_version;
UPDATE embedding SET annotated_at = now() WHERE annotated_at IS NULL
