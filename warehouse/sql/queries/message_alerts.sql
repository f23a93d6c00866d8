-- What a message tells of: each alert as it was when it became news, the worst first.
SELECT t.alert_id, t.event_number, a.kind, a.subject_id, e.event, e.severity, e.reason, coalesce(e.facts, '') AS facts, e.state, a.raised_at, a.segments,
    before.severity AS before_severity
FROM outbox_alert AS t
JOIN alert AS a USING (alert_id)
JOIN alert_event AS e USING (alert_id, event_number)
LEFT JOIN alert_event AS before ON before.alert_id = t.alert_id AND before.event_number = t.event_number - 1
WHERE t.message_id = $message_id
ORDER BY list_position(['critical', 'warning', 'watch'], e.severity), a.kind = 'silence', a.raised_at, t.alert_id
