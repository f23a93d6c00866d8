CREATE OR REPLACE VIEW lead_time AS
SELECT claim_id, segment, forecast_from, lead_hours_low, lead_hours, lead_hours_high, rumour_leads_24h,
    rumour_leads_48h, rumour_leads_168h
FROM race_run;
COMMENT ON VIEW lead_time IS 'How many hours the rumour leads the correction by, each time that the race was computed.';
