CREATE OR REPLACE VIEW race AS
SELECT r.claim_id, r.segment, r.forecast_from, p.point_at, p.point_at > r.forecast_from AS is_forecast,
    p.* EXCLUDE (race_key, point_at)
FROM race_run AS r
JOIN race_point AS p USING (race_key)
WHERE r.race_key IN (SELECT arg_max(race_key, forecast_from) FROM race_run GROUP BY claim_id, segment);
COMMENT ON VIEW race IS 'Rumour against correction hour by hour, as last computed: shares of a segment with 80 % intervals.';
COMMENT ON COLUMN race.claim_id IS 'The claim.';
COMMENT ON COLUMN race.segment IS 'The segment.';
COMMENT ON COLUMN race.forecast_from IS 'The hour that it was computed at.';
COMMENT ON COLUMN race.point_at IS 'The hour.';
COMMENT ON COLUMN race.is_forecast IS 'Whether the hour lies after the computation.';
COMMENT ON COLUMN race.reach_low IS '10 % quantile of reach.';
COMMENT ON COLUMN race.reach IS 'Share of the segment that has seen the claim.';
COMMENT ON COLUMN race.reach_high IS '90 % quantile of reach.';
COMMENT ON COLUMN race.coverage_low IS '10 % quantile of coverage.';
COMMENT ON COLUMN race.coverage IS 'Share of the segment that has read the correction.';
COMMENT ON COLUMN race.coverage_high IS '90 % quantile of coverage.';
