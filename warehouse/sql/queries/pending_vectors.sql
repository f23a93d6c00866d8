-- The vectors at the places of `wanted_vector`, each with its number there, in the order in which they lie.
-- A place (rowid) is quick to go to, but on a lake it may be another row's as well: the key stands beside it.
SELECT w.nth, e.vector
FROM embedding AS e
JOIN wanted_vector AS w ON w.vector_place = e.rowid AND w.post_key = e.post_key AND w.revision = e.revision
WHERE e.model_version = $model_version
