-- What has been told of each subject since a time: how severe, and when.
SELECT a.subject_id, e.severity, max(o.composed_at) AS composed_at
FROM outbox AS o
JOIN outbox_alert AS t USING (message_id)
JOIN alert AS a USING (alert_id)
JOIN alert_event AS e USING (alert_id, event_number)
WHERE o.composed_at > $since
GROUP BY ALL
