-- Messages since a time, the newest first, and how each delivery stands.
SELECT o.message_id, o.kind, o.severity, o.composed_at, d.channel, d.state, d.attempt_count, d.next_attempt_at,
    d.attempted_at, d.delivered_at, d.problem
FROM outbox AS o JOIN delivery AS d USING (message_id)
WHERE o.composed_at > $since
ORDER BY o.composed_at DESC, o.message_id DESC, d.channel
