-- Open alerts that nobody has taken, with the latest event that was news and has neither been delivered nor put into a
-- message; and how severe they were when they were told of last.
SELECT a.alert_id, n.event_number, n.event, n.severity, n.happened_at, told.severity AS told_severity
FROM alert AS a
JOIN (
    SELECT alert_id, event_number, event, severity, happened_at
    FROM alert_event
    WHERE event IN ('raised', 'escalated') OR (event = 'reopened' AND happened_by IS NULL)
    QUALIFY row_number() OVER (PARTITION BY alert_id ORDER BY event_number DESC) = 1
) AS n USING (alert_id)
LEFT JOIN (
    SELECT alert_id, max(event_number) AS event_number FROM alert_event WHERE event = 'delivered' GROUP BY alert_id
) AS d USING (alert_id)
LEFT JOIN (
    SELECT t.alert_id, t.event_number, e.severity
    FROM outbox_alert AS t JOIN alert_event AS e USING (alert_id, event_number)
    QUALIFY row_number() OVER (PARTITION BY t.alert_id ORDER BY t.event_number DESC) = 1
) AS told USING (alert_id)
WHERE a.state = 'new' AND n.event_number > coalesce(told.event_number, d.event_number, 0)
ORDER BY list_position(['critical', 'warning', 'watch'], n.severity), a.kind = 'silence', n.happened_at, a.alert_id
