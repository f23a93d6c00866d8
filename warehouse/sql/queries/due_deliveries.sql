-- What is to be sent now, the worst and the oldest first.
SELECT o.message_id, o.kind, o.severity, o.composed_at, d.channel, d.attempt_count
FROM delivery AS d JOIN outbox AS o USING (message_id)
WHERE d.state = 'pending' AND ($is_all OR d.next_attempt_at IS NULL OR d.next_attempt_at <= $at)
ORDER BY list_position(['critical', 'warning', 'watch'], o.severity), o.composed_at, o.message_id, d.channel
