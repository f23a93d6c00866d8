-- The delays of a channel's logs that held at a time.
SELECT d.part, d.delay, d.is_observed, sum(d.recipient_count) AS recipient_count
FROM channel_log_delay AS d
JOIN (
    FROM channel_log AS l
    ANTI JOIN (FROM channel_log_undo WHERE $now::TIMESTAMPTZ IS NULL OR undone_at <= $now) AS u USING (log_id)
    WHERE channel = $channel AND ($now::TIMESTAMPTZ IS NULL OR imported_at <= $now)
    QUALIFY row_number() OVER (PARTITION BY name ORDER BY imported_at DESC, log_id DESC) = 1
) AS held USING (log_id)
GROUP BY ALL
ORDER BY ALL
