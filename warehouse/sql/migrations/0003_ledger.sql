-- What people enter: claims, verdicts, segments, mailings, complaints.

CREATE TABLE claim (
    claim_id TEXT NOT NULL,
    statement TEXT NOT NULL,
    truth TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    segments TEXT[] NOT NULL,
    PRIMARY KEY (claim_id)
);
COMMENT ON TABLE claim IS 'A tracked assertion.';
COMMENT ON COLUMN claim.claim_id IS 'Short id that people use.';
COMMENT ON COLUMN claim.statement IS 'The assertion.';
COMMENT ON COLUMN claim.truth IS 'What is true instead, in the words that the team would publish.';
COMMENT ON COLUMN claim.created_at IS 'When it was registered.';
COMMENT ON COLUMN claim.segments IS 'Segments that the claim is really true for; others are misled.';

CREATE TABLE claim_paraphrase (
    claim_id TEXT NOT NULL,
    paraphrase TEXT NOT NULL,
    post_key TEXT,
    added_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (claim_id, paraphrase)
);
COMMENT ON TABLE claim_paraphrase IS 'Other ways in which a claim is said.';
COMMENT ON COLUMN claim_paraphrase.claim_id IS 'The claim.';
COMMENT ON COLUMN claim_paraphrase.paraphrase IS 'The wording.';
COMMENT ON COLUMN claim_paraphrase.post_key IS 'The post that it was taken from, when it was; it is then erased with the post.';
COMMENT ON COLUMN claim_paraphrase.added_at IS 'When it was added.';

CREATE TABLE verdict (
    claim_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    verdict_by TEXT NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (claim_id, decided_at)
);
COMMENT ON TABLE verdict IS 'Every verdict on a claim and who set it; the latest holds, none is changed.';
COMMENT ON COLUMN verdict.claim_id IS 'The claim.';
COMMENT ON COLUMN verdict.verdict IS '`unverified`, `disputed`, `false` or `true`.';
COMMENT ON COLUMN verdict.verdict_by IS 'The person who set it.';
COMMENT ON COLUMN verdict.decided_at IS 'When it was set.';

CREATE TABLE segment (
    segment TEXT NOT NULL,
    name TEXT NOT NULL,
    customer_count BIGINT NOT NULL,
    PRIMARY KEY (segment)
);
COMMENT ON TABLE segment IS 'A group of customers.';
COMMENT ON COLUMN segment.segment IS 'Short id that people use.';
COMMENT ON COLUMN segment.name IS 'The Swedish name.';
COMMENT ON COLUMN segment.customer_count IS 'Customers in it.';

CREATE TABLE mailing (
    mailing_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    segment TEXT NOT NULL,
    recipient_count BIGINT NOT NULL,
    sent_at TIMESTAMPTZ NOT NULL,
    text TEXT NOT NULL,
    corrects TEXT,
    PRIMARY KEY (mailing_id)
);
COMMENT ON TABLE mailing IS 'An outgoing letter or message to one segment through one channel.';
COMMENT ON COLUMN mailing.mailing_id IS 'Short id that people use.';
COMMENT ON COLUMN mailing.channel IS '`letter_first`, `letter_economy`, `email`, `sms`, `thread_post`, `web` or `customer_service`.';
COMMENT ON COLUMN mailing.segment IS 'The segment that it goes to.';
COMMENT ON COLUMN mailing.recipient_count IS 'How many get it.';
COMMENT ON COLUMN mailing.sent_at IS 'When it was, or will be, sent.';
COMMENT ON COLUMN mailing.text IS 'What it says.';
COMMENT ON COLUMN mailing.corrects IS 'The claim that it corrects, when it is a correction.';

CREATE TABLE complaint (
    channel TEXT NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    complaint_count BIGINT NOT NULL,
    topic TEXT NOT NULL,
    PRIMARY KEY (channel, period_start, period_end, topic)
);
COMMENT ON TABLE complaint IS 'Complaints counted over a period, at KO, ARN or customer service.';
COMMENT ON COLUMN complaint.channel IS '`ko`, `arn` or `customer_service`.';
COMMENT ON COLUMN complaint.period_start IS 'First day of the period.';
COMMENT ON COLUMN complaint.period_end IS 'Last day of the period, included.';
COMMENT ON COLUMN complaint.complaint_count IS 'Complaints in the period.';
COMMENT ON COLUMN complaint.topic IS 'The topic''s code; empty for all topics together.';
