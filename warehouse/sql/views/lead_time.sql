CREATE OR REPLACE VIEW lead_time AS
SELECT claim_id, segment, forecast_from, lead_hours_low, lead_hours, lead_hours_high, rumour_leads_24h,
    rumour_leads_48h, rumour_leads_168h
FROM race_run;
COMMENT ON VIEW lead_time IS 'How many hours the rumour leads the correction by, each time that the race was computed.';
COMMENT ON COLUMN lead_time.claim_id IS 'The claim.';
COMMENT ON COLUMN lead_time.segment IS 'The segment.';
COMMENT ON COLUMN lead_time.forecast_from IS 'The hour that it was computed at.';
COMMENT ON COLUMN lead_time.lead_hours_low IS '10 % quantile of `lead_hours`.';
COMMENT ON COLUMN lead_time.lead_hours IS 'Hours from the rumour reaching 25 % until the correction does; null when one of them never does.';
COMMENT ON COLUMN lead_time.lead_hours_high IS '90 % quantile of `lead_hours`.';
COMMENT ON COLUMN lead_time.rumour_leads_24h IS 'Probability that reach exceeds coverage 24 hours ahead.';
COMMENT ON COLUMN lead_time.rumour_leads_48h IS 'Probability that reach exceeds coverage 48 hours ahead.';
COMMENT ON COLUMN lead_time.rumour_leads_168h IS 'Probability that reach exceeds coverage 168 hours ahead.';
