-- Sends no more what has been taken by somebody, or is over.
UPDATE delivery SET state = 'dropped', next_attempt_at = NULL
WHERE state = 'pending'
    AND message_id IN (SELECT message_id FROM outbox_alert)
    AND message_id NOT IN (SELECT message_id FROM outbox_alert JOIN alert USING (alert_id) WHERE alert.state = 'new')
