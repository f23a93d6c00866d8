-- One row a local day and claim: reach and coverage over all misled segments, by customers, when last computed that day.
SELECT timezone($timezone, r.forecast_from)::DATE AS day, r.claim_id,
    sum(p.reach * s.customer_count) / sum(s.customer_count) AS reach_share,
    sum(p.coverage * s.customer_count) / sum(s.customer_count) AS coverage_share
FROM (
    FROM race_run
    QUALIFY row_number() OVER (
        PARTITION BY claim_id, segment, timezone($timezone, forecast_from)::DATE ORDER BY forecast_from DESC
    ) = 1
) AS r
JOIN race_point AS p ON p.race_key = r.race_key AND p.point_at = r.forecast_from
JOIN segment AS s USING (segment)
GROUP BY ALL
ORDER BY ALL
