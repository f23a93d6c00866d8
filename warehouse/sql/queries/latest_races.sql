-- The latest race of each claim and segment that had been computed by a time.
SELECT r.race_key, r.claim_id, r.segment, s.name, s.customer_count, r.forecast_from, r.lead_hours_low, r.lead_hours,
    r.lead_hours_high, r.rumour_leads_24h, r.rumour_leads_48h, r.rumour_leads_168h
FROM race_run AS r
JOIN segment AS s USING (segment)
WHERE r.forecast_from <= $now
QUALIFY row_number() OVER (PARTITION BY r.claim_id, r.segment ORDER BY r.forecast_from DESC) = 1
ORDER BY r.claim_id, r.segment
