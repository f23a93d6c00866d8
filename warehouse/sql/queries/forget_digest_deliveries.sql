-- Takes the deliveries of a digest out of the outbox.
DELETE FROM delivery WHERE message_id = $message_id
