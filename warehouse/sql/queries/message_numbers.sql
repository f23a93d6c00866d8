-- How many messages a day's alerts have been told in.
SELECT count(*) AS message_count FROM outbox WHERE kind IN ('alert', 'reminder') AND starts_with(message_id, $prefix)
