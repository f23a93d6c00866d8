-- Make room for a race of the same hour.
DELETE FROM counterfactual WHERE race_key = $race_key
