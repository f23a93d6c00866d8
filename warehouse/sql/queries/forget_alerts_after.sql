-- Takes out alerts that were raised after a time: in a copy that is to be as it was then.
DELETE FROM alert WHERE raised_at > $at
