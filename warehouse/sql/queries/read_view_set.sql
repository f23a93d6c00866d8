-- The text that the views were made from.
SELECT hash FROM view_set
