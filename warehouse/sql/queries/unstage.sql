-- Forget the staged rows.
DROP TABLE temp.staged_post;
DROP TABLE temp.staged_quote;
DROP TABLE temp.staged_deletion;
DROP TABLE temp.staged_visit;
DROP TABLE temp.staged_incident;
DROP TABLE temp.staged_quarantine;
