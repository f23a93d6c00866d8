-- Nothing waits for the step.
DELETE FROM waiting_post WHERE step = $step
