-- Complaints by period, oldest first; a period counts once its last day has ended.
SELECT channel, period_start, period_end, complaint_count, nullif(topic, '') AS topic
FROM complaint
WHERE $now::TIMESTAMPTZ IS NULL OR period_end < timezone('Europe/Stockholm', $now::TIMESTAMPTZ)::DATE
ORDER BY period_start, period_end, channel, complaint.topic
