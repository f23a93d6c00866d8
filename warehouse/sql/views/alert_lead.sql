CREATE OR REPLACE VIEW alert_lead AS
WITH spike AS (
    -- Where complaints first rise above the ordinary: no period of the four weeks before did.
    SELECT l.channel, l.period_kind, l.period_start, l.period_end, l.complaint_count, l.usual, l.highest_usual
    FROM complaint_level AS l
    WHERE l.is_above AND NOT EXISTS (
        FROM complaint_level AS b
        WHERE b.is_above AND b.channel = l.channel AND b.period_kind = l.period_kind
            AND b.period_start < l.period_start AND b.period_end >= l.period_start - 28
    )
),
raised AS (
    SELECT a.alert_id, a.kind, a.subject_id, e.severity, e.event, e.happened_at AS raised_at,
        timezone('Europe/Stockholm', e.happened_at) AS local_at
    FROM alert AS a
    JOIN alert_event AS e USING (alert_id)
    WHERE a.kind <> 'silence'
        AND (e.event IN ('raised', 'escalated') OR (e.event = 'reopened' AND e.happened_by IS NULL))
)
SELECT r.alert_id, r.kind, r.subject_id, r.severity, r.event, r.raised_at, s.channel, s.period_kind,
    s.period_start AS spike_start, s.period_end AS spike_end, s.complaint_count, s.usual, s.highest_usual,
    date_diff('second', r.local_at, s.period_start::TIMESTAMP) / 86400.0 AS lead_days,
    date_diff('second', r.local_at, (s.period_end + 1)::TIMESTAMP) / 86400.0 AS lead_days_most
FROM raised AS r
JOIN spike AS s ON s.period_start - 120 <= r.local_at::DATE AND s.period_end + 60 >= r.local_at::DATE
QUALIFY row_number() OVER (
    PARTITION BY r.alert_id, r.event, r.raised_at, s.channel, s.period_kind
    ORDER BY s.period_end < r.local_at::DATE, abs(s.period_start - r.local_at::DATE)
) = 1;
COMMENT ON VIEW alert_lead IS 'How long before complaints rose above the ordinary each alert came: the next rise within 120 days, else the last within 60 days before.';
COMMENT ON COLUMN alert_lead.alert_id IS 'The alert.';
COMMENT ON COLUMN alert_lead.kind IS '`alarm`, `mismatch`, `void`, `mailing` or `topic`.';
COMMENT ON COLUMN alert_lead.subject_id IS 'Claim, cluster, mailing or topic.';
COMMENT ON COLUMN alert_lead.severity IS 'Its severity after the event.';
COMMENT ON COLUMN alert_lead.event IS '`raised`, `escalated` or `reopened`.';
COMMENT ON COLUMN alert_lead.raised_at IS 'When that happened.';
COMMENT ON COLUMN alert_lead.channel IS 'Whose complaints: `ko`, `arn` or `customer_service`.';
COMMENT ON COLUMN alert_lead.period_kind IS '`day`, `week`, `month`, `quarter`, `year` or `other`.';
COMMENT ON COLUMN alert_lead.spike_start IS 'First day of the first period above the ordinary.';
COMMENT ON COLUMN alert_lead.spike_end IS 'Its last day.';
COMMENT ON COLUMN alert_lead.complaint_count IS 'Complaints in it.';
COMMENT ON COLUMN alert_lead.usual IS 'What the periods before made usual.';
COMMENT ON COLUMN alert_lead.highest_usual IS 'The highest count that would have been ordinary.';
COMMENT ON COLUMN alert_lead.lead_days IS 'Days from the event to the beginning of that period, the least lead there is; below 0: the complaints may have been first.';
COMMENT ON COLUMN alert_lead.lead_days_most IS 'Days to the end of that period, the most lead there is.';
