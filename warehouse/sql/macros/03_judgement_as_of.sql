-- Judgements that held at a time: given by then, and not taken back by then.
CREATE OR REPLACE MACRO judgement_as_of(as_of) AS TABLE
SELECT j.*
FROM judgement AS j
ANTI JOIN (FROM judgement_undo WHERE undone_at <= as_of) AS u
    ON u.post_key = j.post_key AND u.task = j.task AND u.claim_id = j.claim_id AND u.judged_by = j.judged_by
    AND u.judged_at = j.judged_at
WHERE j.judged_at <= as_of;
COMMENT ON MACRO TABLE judgement_as_of IS 'What people had said of posts by a time, less what they had taken back.';
