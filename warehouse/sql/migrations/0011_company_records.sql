-- The company's own records: how fast its mailings are read, and complaints as they were imported.

CREATE TABLE channel_log (
    log_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    recipient_count BIGINT NOT NULL,
    imported_at TIMESTAMPTZ NOT NULL,
    imported_by TEXT,
    PRIMARY KEY (log_id)
);
COMMENT ON TABLE channel_log IS 'Logs of the company''s own mailings that were imported; of logs with one channel and name the latest that was not taken back holds.';
COMMENT ON COLUMN channel_log.log_id IS 'Stable key.';
COMMENT ON COLUMN channel_log.channel IS 'The channel that it is about.';
COMMENT ON COLUMN channel_log.name IS 'What people call it; a later log of the same name takes its place.';
COMMENT ON COLUMN channel_log.content_hash IS 'SHA-256 of what it says.';
COMMENT ON COLUMN channel_log.recipient_count IS 'Recipients in it.';
COMMENT ON COLUMN channel_log.imported_at IS 'When it was imported.';
COMMENT ON COLUMN channel_log.imported_by IS 'Who imported it, when that was said.';

CREATE TABLE channel_log_delay (
    log_id TEXT NOT NULL,
    part TEXT NOT NULL,
    delay DOUBLE NOT NULL,
    is_observed BOOLEAN NOT NULL,
    recipient_count DOUBLE NOT NULL,
    PRIMARY KEY (log_id, part, delay, is_observed)
);
COMMENT ON TABLE channel_log_delay IS 'What a log says, without its recipients: how many waited how long.';
COMMENT ON COLUMN channel_log_delay.log_id IS 'The log.';
COMMENT ON COLUMN channel_log_delay.part IS '`read` (hours from sending to reading), `delivery` (working days from sending to delivery) or `reading` (calendar days from delivery to reading).';
COMMENT ON COLUMN channel_log_delay.delay IS 'How long, in the unit of the part.';
COMMENT ON COLUMN channel_log_delay.is_observed IS 'False when it had not happened after so long, when the log ended.';
COMMENT ON COLUMN channel_log_delay.recipient_count IS 'Recipients; parts of one where a log gives only days.';

CREATE TABLE channel_log_undo (
    log_id TEXT NOT NULL,
    undone_at TIMESTAMPTZ NOT NULL,
    undone_by TEXT NOT NULL,
    PRIMARY KEY (log_id)
);
COMMENT ON TABLE channel_log_undo IS 'Logs that were taken back.';
COMMENT ON COLUMN channel_log_undo.log_id IS 'The log.';
COMMENT ON COLUMN channel_log_undo.undone_at IS 'When.';
COMMENT ON COLUMN channel_log_undo.undone_by IS 'The person who took it back.';

CREATE TABLE complaint_import (
    import_id TEXT NOT NULL,
    file_name TEXT NOT NULL,
    new_count BIGINT NOT NULL,
    changed_count BIGINT NOT NULL,
    imported_at TIMESTAMPTZ NOT NULL,
    imported_by TEXT,
    PRIMARY KEY (import_id)
);
COMMENT ON TABLE complaint_import IS 'Files of complaint counts that were imported and said something new.';
COMMENT ON COLUMN complaint_import.import_id IS 'Stable key.';
COMMENT ON COLUMN complaint_import.file_name IS 'The file''s name, without its folder.';
COMMENT ON COLUMN complaint_import.new_count IS 'Periods that were not known.';
COMMENT ON COLUMN complaint_import.changed_count IS 'Periods whose count was another before.';
COMMENT ON COLUMN complaint_import.imported_at IS 'When it was imported.';
COMMENT ON COLUMN complaint_import.imported_by IS 'Who imported it, when that was said.';

CREATE TABLE complaint_revision (
    import_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    topic TEXT NOT NULL,
    complaint_count BIGINT NOT NULL,
    previous_count BIGINT,
    PRIMARY KEY (import_id, channel, period_start, period_end, topic)
);
COMMENT ON TABLE complaint_revision IS 'Every count that an import set or changed; `complaint` holds what follows of those that were not taken back.';
COMMENT ON COLUMN complaint_revision.import_id IS 'The import.';
COMMENT ON COLUMN complaint_revision.channel IS '`ko`, `arn` or `customer_service`.';
COMMENT ON COLUMN complaint_revision.period_start IS 'First day of the period.';
COMMENT ON COLUMN complaint_revision.period_end IS 'Last day of the period, included.';
COMMENT ON COLUMN complaint_revision.topic IS 'The topic''s code; empty for all topics together.';
COMMENT ON COLUMN complaint_revision.complaint_count IS 'The count that it set.';
COMMENT ON COLUMN complaint_revision.previous_count IS 'What the count was before; null when there was none.';

CREATE TABLE complaint_import_undo (
    import_id TEXT NOT NULL,
    undone_at TIMESTAMPTZ NOT NULL,
    undone_by TEXT NOT NULL,
    PRIMARY KEY (import_id)
);
COMMENT ON TABLE complaint_import_undo IS 'Imports of complaints that were taken back.';
COMMENT ON COLUMN complaint_import_undo.import_id IS 'The import.';
COMMENT ON COLUMN complaint_import_undo.undone_at IS 'When.';
COMMENT ON COLUMN complaint_import_undo.undone_by IS 'The person who took it back.';

CREATE TABLE complaint_level (
    channel TEXT NOT NULL,
    period_kind TEXT NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    complaint_count BIGINT NOT NULL,
    usual DOUBLE,
    highest_usual BIGINT,
    is_above BOOLEAN NOT NULL,
    PRIMARY KEY (channel, period_start, period_end)
);
COMMENT ON TABLE complaint_level IS 'Complaints of each period, all topics together, against what the periods before it make ordinary; see docs/method.md.';
COMMENT ON COLUMN complaint_level.channel IS '`ko`, `arn` or `customer_service`.';
COMMENT ON COLUMN complaint_level.period_kind IS '`day`, `week`, `month`, `quarter`, `year` or `other`: periods are held against those of their kind.';
COMMENT ON COLUMN complaint_level.period_start IS 'First day of the period.';
COMMENT ON COLUMN complaint_level.period_end IS 'Last day of the period, included.';
COMMENT ON COLUMN complaint_level.complaint_count IS 'Complaints in the period.';
COMMENT ON COLUMN complaint_level.usual IS 'Expected from the periods before; null when there are too few.';
COMMENT ON COLUMN complaint_level.highest_usual IS 'The highest count that is still ordinary; null when there are too few periods.';
COMMENT ON COLUMN complaint_level.is_above IS 'True when the count is above that.';

COMMENT ON COLUMN alert_event.event IS '`raised`, `escalated`, `eased`, `acknowledged`, `handled`, `false_alarm`, `reopened` (by a person, or by news), `changed` (other segments), `undone` (a person took back what was said last) or `delivered`.';
COMMENT ON COLUMN mailing.channel IS '`letter_first`, `letter_first_2026`, `letter_economy`, `email`, `sms`, `thread_post`, `web` or `customer_service`.';
