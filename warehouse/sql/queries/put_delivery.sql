-- Records how a delivery stands after an attempt.
UPDATE delivery
SET state = $state, attempt_count = attempt_count + 1, attempted_at = $at, next_attempt_at = $next_attempt_at,
    delivered_at = $delivered_at, problem = $problem
WHERE message_id = $message_id AND channel = $channel
