-- Complaints of each period against the ordinary, oldest first; a period counts once its last day has ended.
SELECT channel, period_kind, period_start, period_end, complaint_count, usual, highest_usual, is_above
FROM complaint_level
WHERE $now::TIMESTAMPTZ IS NULL OR period_end < timezone('Europe/Stockholm', $now::TIMESTAMPTZ)::DATE
ORDER BY period_start, period_end, channel
