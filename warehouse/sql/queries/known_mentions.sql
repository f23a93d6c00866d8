-- Lay out the mentions that were known at a time, once for all that a digest asks of them.
CREATE OR REPLACE TEMP TABLE known_mention AS FROM mention_as_of($now)
