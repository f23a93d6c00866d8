-- A hash of what was said could be used to try guesses against.
UPDATE sighting SET record_key = '' WHERE post_key IN (FROM erase_target)
