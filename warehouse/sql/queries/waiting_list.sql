-- For which version a step keeps its list, and from when on.
SELECT version, since_at FROM waiting_list WHERE step = $step
