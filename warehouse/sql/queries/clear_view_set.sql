-- Forget which text the views were made from.
DELETE FROM view_set
