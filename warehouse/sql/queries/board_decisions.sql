-- What people decided on the board and what became of it, newest first.
SELECT decision_id, kind, subject_id, given, decided_by, decided_at, undoes, outcome, detail
FROM decision
ORDER BY decided_at DESC, decision_id
LIMIT $row_limit
