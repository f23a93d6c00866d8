-- The history of an alert.
SELECT event_number, happened_at, event, severity, state, reason, evidence, happened_by
FROM alert_event
WHERE alert_id = $alert_id
ORDER BY event_number
