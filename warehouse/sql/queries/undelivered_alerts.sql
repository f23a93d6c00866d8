-- Alerts that were raised or escalated since they were last delivered.
SELECT alert_id
FROM alert_event
GROUP BY alert_id
HAVING coalesce(max(event_number) FILTER (event IN ('raised', 'escalated')), 0)
    > coalesce(max(event_number) FILTER (event = 'delivered'), 0)
