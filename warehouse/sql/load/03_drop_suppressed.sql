-- Take the suppressed posts out of the staged rows.
DELETE FROM staged_post
WHERE line_number IN (
    SELECT line_number FROM outcome WHERE landing_key = $landing_key AND outcome = 'suppressed'
)
