-- Takes out what happened to alerts after a time: in a copy that is to be as it was then.
DELETE FROM alert_event WHERE happened_at > $at
