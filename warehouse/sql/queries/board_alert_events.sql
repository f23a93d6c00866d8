-- What has happened to the alerts, newest first; deliveries are no news to a person.
SELECT alert_id, happened_at, event, severity, state, reason, happened_by
FROM alert_event
WHERE event <> 'delivered'
ORDER BY happened_at DESC, event_number DESC
LIMIT $row_limit
