-- Alerts that were told of, that nobody has taken, and how often they have been told again since they were last news.
SELECT a.alert_id, t.event_number, a.severity, max(o.composed_at) AS told_at,
    count(*) FILTER (o.kind = 'reminder') AS reminder_count, min_by(t.message_id, o.composed_at) AS message_id
FROM alert AS a
JOIN outbox_alert AS t USING (alert_id)
JOIN outbox AS o USING (message_id)
WHERE a.state = 'new'
GROUP BY a.alert_id, a.severity, t.event_number
QUALIFY row_number() OVER (PARTITION BY a.alert_id ORDER BY t.event_number DESC) = 1
ORDER BY list_position(['critical', 'warning', 'watch'], a.severity), a.alert_id
