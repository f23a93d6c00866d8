-- What people decide: candidate claims, matches, labels taken back, claims no longer followed; and what to ask them.

ALTER TABLE cluster ADD COLUMN candidate_at TIMESTAMPTZ;
ALTER TABLE cluster ADD COLUMN decided_by TEXT;
ALTER TABLE cluster ADD COLUMN decided_at TIMESTAMPTZ;
COMMENT ON COLUMN cluster.cluster_id IS 'Made of its first post''s key; once people have been shown it, it stays whatever becomes of that post.';
COMMENT ON COLUMN cluster.created_at IS 'When its first post was seen.';
COMMENT ON COLUMN cluster.candidate_at IS 'When its alarm first went.';
COMMENT ON COLUMN cluster.decided_by IS 'The person who made a claim of it, or dismissed it.';
COMMENT ON COLUMN cluster.decided_at IS 'When the person did.';

DROP TABLE cluster_post;
CREATE TABLE cluster_post (
    post_key TEXT NOT NULL,
    cluster_id TEXT NOT NULL,
    revision TEXT NOT NULL,
    model_version TEXT NOT NULL,
    PRIMARY KEY (post_key)
);
COMMENT ON TABLE cluster_post IS 'Which cluster a post belongs to.';
COMMENT ON COLUMN cluster_post.post_key IS 'The post.';
COMMENT ON COLUMN cluster_post.cluster_id IS 'The cluster.';
COMMENT ON COLUMN cluster_post.revision IS 'The revision that was read.';
COMMENT ON COLUMN cluster_post.model_version IS 'The model''s version: vectors of different versions cannot be compared.';

CREATE TABLE claim_event (
    claim_id TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    event TEXT NOT NULL,
    happened_by TEXT NOT NULL,
    PRIMARY KEY (claim_id, happened_at)
);
COMMENT ON TABLE claim_event IS 'When a claim was no longer followed, and followed again; the latest holds, none is changed.';
COMMENT ON COLUMN claim_event.claim_id IS 'The claim.';
COMMENT ON COLUMN claim_event.happened_at IS 'When.';
COMMENT ON COLUMN claim_event.event IS '`removed` or `restored`.';
COMMENT ON COLUMN claim_event.happened_by IS 'The person.';

COMMENT ON COLUMN judgement.task IS '`relevance`, `sentiment`, `topic`, `stance`, or `match` (whether the post is about a claim).';
COMMENT ON COLUMN judgement.claim_id IS 'The claim that stance or match is about; empty for other tasks.';
COMMENT ON COLUMN judgement.label IS 'The label; for match `about` or `unrelated`, for stance also `unrelated`. Several topics are several rows of the same person and time.';

CREATE TABLE judgement_undo (
    post_key TEXT NOT NULL,
    task TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    judged_by TEXT NOT NULL,
    judged_at TIMESTAMPTZ NOT NULL,
    undone_by TEXT NOT NULL,
    undone_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (post_key, task, claim_id, judged_by, judged_at)
);
COMMENT ON TABLE judgement_undo IS 'Judgements that a person has taken back: what was held before holds again.';
COMMENT ON COLUMN judgement_undo.post_key IS 'The post.';
COMMENT ON COLUMN judgement_undo.task IS 'The judgement''s task.';
COMMENT ON COLUMN judgement_undo.claim_id IS 'The judgement''s claim; empty for tasks without.';
COMMENT ON COLUMN judgement_undo.judged_by IS 'Whose judgement it was.';
COMMENT ON COLUMN judgement_undo.judged_at IS 'When it was given.';
COMMENT ON COLUMN judgement_undo.undone_by IS 'Who took it back.';
COMMENT ON COLUMN judgement_undo.undone_at IS 'When.';

ALTER TABLE annotation ADD COLUMN relevance_doubt DOUBLE;
ALTER TABLE annotation ADD COLUMN sentiment_doubt DOUBLE;
ALTER TABLE annotation ADD COLUMN topic_doubt DOUBLE;
COMMENT ON COLUMN annotation.relevance_doubt IS 'How near the model was to the other answer on relevance: 0 sure, 1 a toss-up.';
COMMENT ON COLUMN annotation.sentiment_doubt IS 'The same for sentiment; null when it was not judged.';
COMMENT ON COLUMN annotation.topic_doubt IS 'The same for the topic that was nearest to its threshold; null when topics were not judged.';
