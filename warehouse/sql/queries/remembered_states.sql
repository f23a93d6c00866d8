-- What the alarm remembers.
SELECT subject_id, step_at, state::VARCHAR AS state FROM alarm_state
