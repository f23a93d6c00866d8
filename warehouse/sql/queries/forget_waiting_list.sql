-- The step keeps no list until it is done the next time.
DELETE FROM waiting_list WHERE step = $step
