-- A race hour by hour.
SELECT point_at, reach_low, reach, reach_high, coverage_low, coverage, coverage_high
FROM race_point
WHERE race_key = $race_key
ORDER BY point_at
