-- Alerts that were news since they were last delivered: raised, escalated or re-opened.
SELECT alert_id
FROM alert_event
GROUP BY alert_id
HAVING coalesce(max(event_number) FILTER (event IN ('raised', 'escalated') OR (event = 'reopened' AND happened_by IS NULL)), 0)
    > coalesce(max(event_number) FILTER (event = 'delivered'), 0)
