-- One decision, with what held before it.
SELECT outcome, detail, before FROM decision WHERE decision_id = $decision_id
