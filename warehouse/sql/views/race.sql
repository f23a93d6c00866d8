CREATE OR REPLACE VIEW race AS
SELECT r.claim_id, r.segment, r.forecast_from, p.point_at, p.point_at > r.forecast_from AS is_forecast,
    p.* EXCLUDE (race_key, point_at)
FROM race_run AS r
JOIN race_point AS p USING (race_key)
WHERE r.race_key IN (SELECT arg_max(race_key, forecast_from) FROM race_run GROUP BY claim_id, segment);
COMMENT ON VIEW race IS 'Rumour against correction hour by hour, as last computed: shares of a segment with 80 % intervals.';
