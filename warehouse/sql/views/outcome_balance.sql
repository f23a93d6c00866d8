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
