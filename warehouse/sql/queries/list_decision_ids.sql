-- The decisions that passes have taken in.
SELECT decision_id FROM decision WHERE outcome <> 'begun'
