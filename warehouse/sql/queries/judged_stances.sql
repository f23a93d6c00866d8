-- How people say that posts stand to claims; the last word on each pair.
SELECT post_key, claim_id, label AS stance
FROM judgement_as_of(TIMESTAMPTZ 'infinity')
WHERE task = 'stance'
QUALIFY row_number() OVER (PARTITION BY post_key, claim_id ORDER BY judged_at DESC, judged_by, label) = 1
ORDER BY post_key, claim_id
