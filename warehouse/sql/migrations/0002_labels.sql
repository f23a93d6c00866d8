-- What models and people say of posts.

CREATE TABLE annotation (
    post_key TEXT NOT NULL,
    revision TEXT NOT NULL,
    model_version TEXT NOT NULL,
    language TEXT,
    annotated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (post_key, revision, model_version)
);
COMMENT ON TABLE annotation IS 'Which revisions the model has read: one row per post, revision and model version.';
COMMENT ON COLUMN annotation.post_key IS 'The post.';
COMMENT ON COLUMN annotation.revision IS 'The revision that was read.';
COMMENT ON COLUMN annotation.model_version IS 'The model''s version.';
COMMENT ON COLUMN annotation.language IS 'The language that was judged.';
COMMENT ON COLUMN annotation.annotated_at IS 'When it was judged [run clock]';

CREATE TABLE post_label (
    post_key TEXT NOT NULL,
    revision TEXT NOT NULL,
    task TEXT NOT NULL,
    label TEXT NOT NULL,
    score DOUBLE NOT NULL,
    model TEXT NOT NULL,
    version TEXT NOT NULL,
    labelled_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (post_key, revision, task, label, version)
);
COMMENT ON TABLE post_label IS 'What models say of a post; a row is never edited.';
COMMENT ON COLUMN post_label.post_key IS 'The post.';
COMMENT ON COLUMN post_label.revision IS 'The revision that was judged.';
COMMENT ON COLUMN post_label.task IS '`relevance`, `sentiment` or `topic`.';
COMMENT ON COLUMN post_label.label IS '`relevant` or `irrelevant`; `negative`, `neutral` or `positive`; a topic''s code (a post may have several).';
COMMENT ON COLUMN post_label.score IS 'The model''s probability of the label, 0 to 1.';
COMMENT ON COLUMN post_label.model IS 'The model''s name.';
COMMENT ON COLUMN post_label.version IS 'The model''s version.';
COMMENT ON COLUMN post_label.labelled_at IS 'When it was judged [run clock]';

CREATE TABLE mention (
    post_key TEXT NOT NULL,
    revision TEXT NOT NULL,
    version TEXT NOT NULL,
    span_start BIGINT NOT NULL,
    span_end BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (post_key, revision, version, span_start)
);
COMMENT ON TABLE mention IS 'Spans of a post''s text that name the company.';
COMMENT ON COLUMN mention.post_key IS 'The post.';
COMMENT ON COLUMN mention.revision IS 'The revision that was read.';
COMMENT ON COLUMN mention.version IS 'The model''s version.';
COMMENT ON COLUMN mention.span_start IS 'First character of the span in `text`.';
COMMENT ON COLUMN mention.span_end IS 'Character after the span''s last.';
COMMENT ON COLUMN mention.name IS 'What is named, in its canonical form.';

CREATE TABLE embedding (
    post_key TEXT NOT NULL,
    revision TEXT NOT NULL,
    model_version TEXT NOT NULL,
    vector FLOAT[],
    PRIMARY KEY (post_key, revision, model_version)
);
COMMENT ON TABLE embedding IS 'A post''s place in the model''s space of meaning.';
COMMENT ON COLUMN embedding.post_key IS 'The post.';
COMMENT ON COLUMN embedding.revision IS 'The revision that was read.';
COMMENT ON COLUMN embedding.model_version IS 'The model''s version: vectors of different versions cannot be compared.';
COMMENT ON COLUMN embedding.vector IS 'The unit vector; null once the post is erased.';

CREATE TABLE match_pass (
    post_key TEXT NOT NULL,
    revision TEXT NOT NULL,
    version TEXT NOT NULL,
    matched_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (post_key, revision, version)
);
COMMENT ON TABLE match_pass IS 'Which revisions have been held against the claims: one row per post, revision and version.';
COMMENT ON COLUMN match_pass.post_key IS 'The post.';
COMMENT ON COLUMN match_pass.revision IS 'The revision that was read.';
COMMENT ON COLUMN match_pass.version IS 'Version of the model and of the claims that the post was held against.';
COMMENT ON COLUMN match_pass.matched_at IS 'When it was done [run clock]';

CREATE TABLE claim_match (
    post_key TEXT NOT NULL,
    revision TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    tier TEXT NOT NULL,
    score_embedding DOUBLE,
    score_lexical DOUBLE,
    span_start BIGINT,
    span_end BIGINT,
    stance TEXT,
    stance_score DOUBLE,
    support_probability DOUBLE,
    deny_probability DOUBLE,
    query_probability DOUBLE,
    comment_probability DOUBLE,
    model TEXT NOT NULL,
    version TEXT NOT NULL,
    matched_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (post_key, revision, claim_id, version)
);
COMMENT ON TABLE claim_match IS 'Posts that say something of a claim, and what they make of it.';
COMMENT ON COLUMN claim_match.post_key IS 'The post.';
COMMENT ON COLUMN claim_match.revision IS 'The revision that was judged.';
COMMENT ON COLUMN claim_match.claim_id IS 'The claim.';
COMMENT ON COLUMN claim_match.tier IS '`auto` (counted) or `suggest` (for a person to look at).';
COMMENT ON COLUMN claim_match.score_embedding IS 'Cosine similarity of post and claim.';
COMMENT ON COLUMN claim_match.score_lexical IS 'Score of the words that post and claim share.';
COMMENT ON COLUMN claim_match.span_start IS 'First character of what matched, in `text`.';
COMMENT ON COLUMN claim_match.span_end IS 'Character after the last of what matched.';
COMMENT ON COLUMN claim_match.stance IS '`support`, `deny`, `query` or `comment`; null when it was not judged.';
COMMENT ON COLUMN claim_match.stance_score IS 'The model''s probability of the stance, 0 to 1.';
COMMENT ON COLUMN claim_match.support_probability IS 'Probability of support.';
COMMENT ON COLUMN claim_match.deny_probability IS 'Probability of deny.';
COMMENT ON COLUMN claim_match.query_probability IS 'Probability of query.';
COMMENT ON COLUMN claim_match.comment_probability IS 'Probability of comment.';
COMMENT ON COLUMN claim_match.model IS 'The model''s name.';
COMMENT ON COLUMN claim_match.version IS 'Version of the model and of the claims; `match_pass` has the same.';
COMMENT ON COLUMN claim_match.matched_at IS 'When it was judged [run clock]';

CREATE TABLE judgement (
    post_key TEXT NOT NULL,
    task TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    label TEXT NOT NULL,
    judged_by TEXT NOT NULL,
    judged_at TIMESTAMPTZ NOT NULL,
    revision TEXT,
    PRIMARY KEY (post_key, task, claim_id, label, judged_by, judged_at)
);
COMMENT ON TABLE judgement IS 'What a person says of a post; it wins over every model, in every view, for ever.';
COMMENT ON COLUMN judgement.post_key IS 'The post.';
COMMENT ON COLUMN judgement.task IS '`relevance`, `sentiment`, `topic` or `stance`.';
COMMENT ON COLUMN judgement.claim_id IS 'The claim that the stance is toward; empty for other tasks.';
COMMENT ON COLUMN judgement.label IS 'The label; for stance also `unrelated`. Several topics are several rows of the same person and time.';
COMMENT ON COLUMN judgement.judged_by IS 'The person.';
COMMENT ON COLUMN judgement.judged_at IS 'When the person said so.';
COMMENT ON COLUMN judgement.revision IS 'The revision that the person saw.';
