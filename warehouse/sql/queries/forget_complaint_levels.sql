-- Levels are worked out anew from all complaints.
DELETE FROM complaint_level
