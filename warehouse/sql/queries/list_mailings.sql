-- Mailings, oldest first.
SELECT mailing_id, channel, segment, recipient_count, sent_at, text, corrects
FROM mailing
WHERE $now::TIMESTAMPTZ IS NULL OR sent_at <= $now
ORDER BY sent_at, mailing_id
