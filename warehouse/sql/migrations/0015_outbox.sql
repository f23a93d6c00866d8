-- What is to be told, to whom it has been delivered, and what stood in the way.

CREATE TABLE outbox (
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT,
    composed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (message_id)
);
COMMENT ON TABLE outbox IS 'Messages to people: alerts as soon as they are news, reminders, and the day''s digest.';
COMMENT ON COLUMN outbox.message_id IS 'Stable id: `alert 2026-11-08/3` is what its readers see as Larm 2026-11-08/3, `digest 2026-11-08` a day''s digest.';
COMMENT ON COLUMN outbox.kind IS '`alert`, `reminder` or `digest`.';
COMMENT ON COLUMN outbox.severity IS 'The worst severity that it tells of; null for a digest.';
COMMENT ON COLUMN outbox.composed_at IS 'As of when it tells.';

CREATE TABLE outbox_alert (
    message_id TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    event_number BIGINT NOT NULL,
    PRIMARY KEY (message_id, alert_id)
);
COMMENT ON TABLE outbox_alert IS 'The alerts that a message tells of.';
COMMENT ON COLUMN outbox_alert.message_id IS 'The message.';
COMMENT ON COLUMN outbox_alert.alert_id IS 'The alert.';
COMMENT ON COLUMN outbox_alert.event_number IS 'The event of the alert that was news.';

CREATE TABLE delivery (
    message_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt_count BIGINT NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    attempted_at TIMESTAMPTZ,
    delivered_at TIMESTAMPTZ,
    problem TEXT NOT NULL,
    PRIMARY KEY (message_id, channel)
);
COMMENT ON TABLE delivery IS 'Each message to each channel that it is for. Sent at least once: a kill between sending and recording sends it again.';
COMMENT ON COLUMN delivery.message_id IS 'The message.';
COMMENT ON COLUMN delivery.channel IS 'The channel''s name in the settings; for mail a short hash of the recipient''s address after it.';
COMMENT ON COLUMN delivery.state IS '`pending`, `sent`, `dropped` (it was over, or somebody had taken it, before it could be sent) or `failed` (given up).';
COMMENT ON COLUMN delivery.attempt_count IS 'How often it was tried.';
COMMENT ON COLUMN delivery.next_attempt_at IS 'Not tried again before this [run clock]';
COMMENT ON COLUMN delivery.attempted_at IS 'When it was last tried [run clock]';
COMMENT ON COLUMN delivery.delivered_at IS 'When the channel took it [run clock]';
COMMENT ON COLUMN delivery.problem IS 'What stood in the way the last time; one line without addresses.';

ALTER TABLE digest_run ADD COLUMN fingerprint TEXT;
COMMENT ON COLUMN digest_run.fingerprint IS 'Hash of what a reader must act on: the same while nothing has happened.';
