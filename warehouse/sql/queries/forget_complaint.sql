-- A count that no import stands for any more.
DELETE FROM complaint
WHERE channel = $channel AND period_start = $period_start AND period_end = $period_end AND topic = $topic
