-- Record that a digest was delivered, the first time that it was.
UPDATE digest_run SET delivered_at = $delivered_at
WHERE day = $day AND generated_at = $generated_at AND delivered_at IS NULL
