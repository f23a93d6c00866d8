-- Revisions that a model version has read.
SELECT post_key, revision FROM annotation WHERE model_version = $model_version
