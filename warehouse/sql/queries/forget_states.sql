-- Old states are of no use, the latest of a subject always is.
DELETE FROM alarm_state
WHERE step_at < $before
    AND step_at < (SELECT max(newer.step_at) FROM alarm_state AS newer WHERE newer.subject_id = alarm_state.subject_id)
