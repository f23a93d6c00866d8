-- A vector can tell much of the words it was made from.
UPDATE embedding SET vector = NULL WHERE post_key IN (FROM erase_target)
