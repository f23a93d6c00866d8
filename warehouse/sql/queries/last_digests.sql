-- The last digest of each day until one, the latest day first.
SELECT day, fingerprint, generated_at
FROM digest_run
WHERE day <= $day
QUALIFY row_number() OVER (PARTITION BY day ORDER BY generated_at DESC) = 1
ORDER BY day DESC
