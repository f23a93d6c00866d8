-- How long before the complaints rose each alert came, oldest first.
SELECT alert_id, kind, subject_id, severity, event, raised_at, channel, period_kind, spike_start, spike_end,
    complaint_count, usual, highest_usual, lead_days, lead_days_most
FROM alert_lead
ORDER BY raised_at, alert_id, channel, period_kind
