-- Make room for races of the same hour.
DELETE FROM counterfactual WHERE race_key = ANY($race_keys)
