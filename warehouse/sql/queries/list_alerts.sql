-- Alerts as they stood at a time, worst first, then newest.
SELECT a.alert_id, a.kind, e.severity, a.subject_id, a.raised_at, e.reason, e.state, a.segments, e.evidence, a.threshold,
    coalesce(a.topics, []) AS topics, coalesce(e.facts, '') AS facts
FROM alert AS a
JOIN (
    SELECT alert_id, severity, reason, facts, state, evidence
    FROM alert_event
    WHERE $now::TIMESTAMPTZ IS NULL OR happened_at <= $now
    QUALIFY row_number() OVER (PARTITION BY alert_id ORDER BY happened_at DESC, event_number DESC) = 1
) AS e USING (alert_id)
ORDER BY list_position(['critical', 'warning', 'watch'], e.severity), a.raised_at DESC, a.alert_id
