-- A mailing that was registered by mistake.
DELETE FROM mailing WHERE mailing_id = $mailing_id
