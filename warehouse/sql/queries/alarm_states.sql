-- The latest state of each subject that is not after a time.
SELECT subject_id, max(step_at) AS step_at, arg_max(state, step_at) AS state
FROM alarm_state
WHERE step_at <= $now
GROUP BY subject_id
ORDER BY subject_id
