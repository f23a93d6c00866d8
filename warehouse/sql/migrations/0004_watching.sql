-- What the early warning remembers and raises.

CREATE TABLE alarm_state (
    subject_id TEXT NOT NULL,
    step_at TIMESTAMPTZ NOT NULL,
    state JSON NOT NULL,
    PRIMARY KEY (subject_id, step_at)
);
COMMENT ON TABLE alarm_state IS 'What the alarm remembers of a subject after a step, so that the next pass reads only new hours.';
COMMENT ON COLUMN alarm_state.subject_id IS 'Claim, cluster or other subject.';
COMMENT ON COLUMN alarm_state.step_at IS 'End of the last hour that the state has taken in.';
COMMENT ON COLUMN alarm_state.state IS 'The alarm''s own state.';

CREATE TABLE alert (
    alert_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    raised_at TIMESTAMPTZ NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    segments TEXT[] NOT NULL,
    evidence DOUBLE,
    threshold DOUBLE,
    PRIMARY KEY (alert_id)
);
COMMENT ON TABLE alert IS 'Something a person should look at now, as it stands.';
COMMENT ON COLUMN alert.alert_id IS 'Stable id.';
COMMENT ON COLUMN alert.kind IS '`alarm`, `mismatch`, `void` or `silence`.';
COMMENT ON COLUMN alert.severity IS '`watch`, `warning` or `critical`.';
COMMENT ON COLUMN alert.subject_id IS 'Claim, cluster or source.';
COMMENT ON COLUMN alert.raised_at IS 'When it was first raised.';
COMMENT ON COLUMN alert.reason IS 'Why: one Swedish sentence.';
COMMENT ON COLUMN alert.state IS '`new`, `acknowledged`, `handled` or `false_alarm`.';
COMMENT ON COLUMN alert.segments IS 'Segments that it concerns.';
COMMENT ON COLUMN alert.evidence IS 'The alarm''s statistic when it was raised or escalated.';
COMMENT ON COLUMN alert.threshold IS 'What the statistic is compared with.';

CREATE TABLE alert_event (
    alert_id TEXT NOT NULL,
    event_number BIGINT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    event TEXT NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    evidence DOUBLE,
    happened_by TEXT,
    PRIMARY KEY (alert_id, event_number)
);
COMMENT ON TABLE alert_event IS 'Everything that has happened to an alert; nothing is changed.';
COMMENT ON COLUMN alert_event.alert_id IS 'The alert.';
COMMENT ON COLUMN alert_event.event_number IS 'Order, the first being 1.';
COMMENT ON COLUMN alert_event.happened_at IS 'When.';
COMMENT ON COLUMN alert_event.event IS '`raised`, `escalated`, `eased`, `acknowledged`, `handled`, `false_alarm`, `reopened` or `delivered`.';
COMMENT ON COLUMN alert_event.severity IS 'Severity after the event.';
COMMENT ON COLUMN alert_event.state IS 'State after the event.';
COMMENT ON COLUMN alert_event.reason IS 'The sentence that held then.';
COMMENT ON COLUMN alert_event.evidence IS 'The statistic then.';
COMMENT ON COLUMN alert_event.happened_by IS 'The person, when a person did it.';

CREATE TABLE cluster (
    cluster_id TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    central_post_key TEXT NOT NULL,
    terms TEXT[] NOT NULL,
    centroid FLOAT[] NOT NULL,
    state TEXT NOT NULL,
    claim_id TEXT,
    PRIMARY KEY (cluster_id)
);
COMMENT ON TABLE cluster IS 'Unmatched mentions that say alike: perhaps a claim that nobody has registered.';
COMMENT ON COLUMN cluster.cluster_id IS 'Stable id.';
COMMENT ON COLUMN cluster.created_at IS 'When its first post was seen.';
COMMENT ON COLUMN cluster.central_post_key IS 'Its most central post.';
COMMENT ON COLUMN cluster.terms IS 'The words that mark it.';
COMMENT ON COLUMN cluster.centroid IS 'Mean of its posts'' vectors.';
COMMENT ON COLUMN cluster.state IS '`open`, `candidate`, `named` or `dismissed`.';
COMMENT ON COLUMN cluster.claim_id IS 'The claim that a person made of it.';

CREATE TABLE cluster_post (
    post_key TEXT NOT NULL,
    cluster_id TEXT NOT NULL,
    PRIMARY KEY (post_key)
);
COMMENT ON TABLE cluster_post IS 'Which cluster a post belongs to.';
COMMENT ON COLUMN cluster_post.post_key IS 'The post.';
COMMENT ON COLUMN cluster_post.cluster_id IS 'The cluster.';

CREATE TABLE race_run (
    race_key TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    segment TEXT NOT NULL,
    forecast_from TIMESTAMPTZ NOT NULL,
    lead_hours_low DOUBLE,
    lead_hours DOUBLE,
    lead_hours_high DOUBLE,
    rumour_leads_24h DOUBLE NOT NULL,
    rumour_leads_48h DOUBLE NOT NULL,
    rumour_leads_168h DOUBLE NOT NULL,
    PRIMARY KEY (race_key)
);
COMMENT ON TABLE race_run IS 'The race between rumour and correction, computed at an hour, for a claim in a segment.';
COMMENT ON COLUMN race_run.race_key IS 'Stable key: hash of claim, segment and hour.';
COMMENT ON COLUMN race_run.claim_id IS 'The claim.';
COMMENT ON COLUMN race_run.segment IS 'The segment.';
COMMENT ON COLUMN race_run.forecast_from IS 'The hour that it was computed at; later hours are forecasts.';
COMMENT ON COLUMN race_run.lead_hours_low IS '10 % quantile of `lead_hours`.';
COMMENT ON COLUMN race_run.lead_hours IS 'Hours from the rumour reaching 25 % until the correction does; null when one of them never does.';
COMMENT ON COLUMN race_run.lead_hours_high IS '90 % quantile of `lead_hours`.';
COMMENT ON COLUMN race_run.rumour_leads_24h IS 'Probability that reach exceeds coverage 24 hours ahead.';
COMMENT ON COLUMN race_run.rumour_leads_48h IS 'Probability that reach exceeds coverage 48 hours ahead.';
COMMENT ON COLUMN race_run.rumour_leads_168h IS 'Probability that reach exceeds coverage 168 hours ahead.';

CREATE TABLE race_point (
    race_key TEXT NOT NULL,
    point_at TIMESTAMPTZ NOT NULL,
    reach_low DOUBLE NOT NULL,
    reach DOUBLE NOT NULL,
    reach_high DOUBLE NOT NULL,
    coverage_low DOUBLE NOT NULL,
    coverage DOUBLE NOT NULL,
    coverage_high DOUBLE NOT NULL,
    PRIMARY KEY (race_key, point_at)
);
COMMENT ON TABLE race_point IS 'Shares of a segment hour by hour, each with its 80 % interval.';
COMMENT ON COLUMN race_point.race_key IS 'The race.';
COMMENT ON COLUMN race_point.point_at IS 'The hour.';
COMMENT ON COLUMN race_point.reach_low IS '10 % quantile of reach.';
COMMENT ON COLUMN race_point.reach IS 'Share of the segment that has seen the claim.';
COMMENT ON COLUMN race_point.reach_high IS '90 % quantile of reach.';
COMMENT ON COLUMN race_point.coverage_low IS '10 % quantile of coverage.';
COMMENT ON COLUMN race_point.coverage IS 'Share of the segment that has read the correction.';
COMMENT ON COLUMN race_point.coverage_high IS '90 % quantile of coverage.';

CREATE TABLE counterfactual (
    race_key TEXT NOT NULL,
    action TEXT NOT NULL,
    people_days_low DOUBLE NOT NULL,
    people_days DOUBLE NOT NULL,
    people_days_high DOUBLE NOT NULL,
    saved_people_days_low DOUBLE NOT NULL,
    saved_people_days DOUBLE NOT NULL,
    saved_people_days_high DOUBLE NOT NULL,
    PRIMARY KEY (race_key, action)
);
COMMENT ON TABLE counterfactual IS 'What one way to answer would give: misinformed people-days over the horizon, with 80 % interval.';
COMMENT ON COLUMN counterfactual.race_key IS 'The race.';
COMMENT ON COLUMN counterfactual.action IS '`nothing`, `planned`, `email`, `thread_post` or `email_and_thread_post`.';
COMMENT ON COLUMN counterfactual.people_days_low IS '10 % quantile of people-days.';
COMMENT ON COLUMN counterfactual.people_days IS 'Misinformed people-days.';
COMMENT ON COLUMN counterfactual.people_days_high IS '90 % quantile of people-days.';
COMMENT ON COLUMN counterfactual.saved_people_days_low IS '10 % quantile of people-days saved against `planned`.';
COMMENT ON COLUMN counterfactual.saved_people_days IS 'People-days saved against `planned`, by common random numbers.';
COMMENT ON COLUMN counterfactual.saved_people_days_high IS '90 % quantile of people-days saved against `planned`.';
