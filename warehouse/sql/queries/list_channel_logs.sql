-- Mailing logs as known at a time, latest first. Of those of one channel and name the latest not taken back holds.
SELECT l.log_id, l.channel, l.name, l.content_hash, l.recipient_count, l.imported_at, l.imported_by, u.undone_at,
    u.undone_by,
    u.log_id IS NULL AND row_number() OVER (
        PARTITION BY l.channel, l.name, u.log_id IS NULL ORDER BY l.imported_at DESC, l.log_id DESC
    ) = 1 AS holds
FROM channel_log AS l
LEFT JOIN channel_log_undo AS u ON u.log_id = l.log_id AND ($now::TIMESTAMPTZ IS NULL OR u.undone_at <= $now)
WHERE $now::TIMESTAMPTZ IS NULL OR l.imported_at <= $now
ORDER BY l.imported_at DESC, l.log_id
