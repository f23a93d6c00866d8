-- Takes a digest out of the outbox.
DELETE FROM outbox WHERE message_id = $message_id AND kind = 'digest'
