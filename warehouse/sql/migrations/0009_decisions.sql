-- What people decide on the board, and what became of it: the board writes a journal, the next pass takes it in here.

CREATE TABLE decision (
    decision_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    given JSON NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    undoes TEXT,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    before JSON NOT NULL,
    taken_in_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (decision_id)
);
COMMENT ON TABLE decision IS 'What people decided on the board, and what became of it; a decision that is taken back is a row of its own.';
COMMENT ON COLUMN decision.decision_id IS 'Stable id, given by the board.';
COMMENT ON COLUMN decision.kind IS '`alert`, `label`, `match`, `accept`, `dismiss`, `verdict`, `mailing`, `complaints`, or `undo` of an earlier one.';
COMMENT ON COLUMN decision.subject_id IS 'The alert, post, candidate, claim, mailing or file that it is about; for `undo` what the undone one was about.';
COMMENT ON COLUMN decision.given IS 'What the person entered.';
COMMENT ON COLUMN decision.decided_by IS 'The person.';
COMMENT ON COLUMN decision.decided_at IS 'When the person decided.';
COMMENT ON COLUMN decision.undoes IS 'The decision that an `undo` takes back.';
COMMENT ON COLUMN decision.outcome IS '`begun` (cut short, done again by the next pass), `done`, `refused`, or `withdrawn` before any pass had taken it in.';
COMMENT ON COLUMN decision.detail IS 'Why it was refused, or what came of it; one line.';
COMMENT ON COLUMN decision.before IS 'What held before, so that it can be taken back.';
COMMENT ON COLUMN decision.taken_in_at IS 'When a pass took it in [run clock]';
