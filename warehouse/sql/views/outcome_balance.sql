CREATE OR REPLACE VIEW outcome_balance AS
SELECT f.landing_key, f.name, f.run_id, f.loaded_at, f.line_count, coalesce(o.outcome_count, 0) AS outcome_count,
    coalesce(o.outcome_count, 0) = f.line_count AND coalesce(o.line_count, 0) = f.line_count AS is_balanced,
    coalesce(o.quarantined_count, 0) AS quarantined_count
FROM landing_file AS f
LEFT JOIN (
    SELECT landing_key, count(*) AS outcome_count, count(DISTINCT line_number) AS line_count,
        count(*) FILTER (outcome = 'quarantined') AS quarantined_count
    FROM outcome
    GROUP BY landing_key
) AS o USING (landing_key);
COMMENT ON VIEW outcome_balance IS 'Whether every line of every landing file is accounted for, exactly once.';
COMMENT ON COLUMN outcome_balance.landing_key IS 'The landing file.';
COMMENT ON COLUMN outcome_balance.name IS 'Its folder and name.';
COMMENT ON COLUMN outcome_balance.run_id IS 'The run that loaded it.';
COMMENT ON COLUMN outcome_balance.loaded_at IS 'When it was loaded.';
COMMENT ON COLUMN outcome_balance.line_count IS 'Lines in the file.';
COMMENT ON COLUMN outcome_balance.outcome_count IS 'Outcomes on record.';
COMMENT ON COLUMN outcome_balance.is_balanced IS 'Whether every line has exactly one outcome.';
COMMENT ON COLUMN outcome_balance.quarantined_count IS 'Lines that could not be used for certain.';
