-- Alerts that are open, newest first; without their reasons, which tell of posts.
SELECT alert_id, kind, severity, subject_id, raised_at, state
FROM alert
WHERE state IN ('new', 'acknowledged')
ORDER BY raised_at DESC
