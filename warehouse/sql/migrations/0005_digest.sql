-- What the digest is made of besides.

CREATE TABLE model_figure (
    model_version TEXT NOT NULL,
    task TEXT NOT NULL,
    metric TEXT NOT NULL,
    value DOUBLE NOT NULL,
    low DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    data TEXT NOT NULL,
    measured_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (model_version, task, metric, data)
);
COMMENT ON TABLE model_figure IS 'Measured quality of the models in use.';
COMMENT ON COLUMN model_figure.model_version IS 'The model''s version.';
COMMENT ON COLUMN model_figure.task IS 'What was measured.';
COMMENT ON COLUMN model_figure.metric IS 'The measure.';
COMMENT ON COLUMN model_figure.value IS 'The figure.';
COMMENT ON COLUMN model_figure.low IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN model_figure.high IS 'Upper end of its 95 % interval.';
COMMENT ON COLUMN model_figure.data IS 'The evaluation set that it was measured on.';
COMMENT ON COLUMN model_figure.measured_at IS 'When it was registered [run clock]';

CREATE TABLE digest_run (
    day DATE NOT NULL,
    generated_at TIMESTAMPTZ NOT NULL,
    path TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    delivered_at TIMESTAMPTZ,
    PRIMARY KEY (day, generated_at)
);
COMMENT ON TABLE digest_run IS 'Digests that were made.';
COMMENT ON COLUMN digest_run.day IS 'The local day that the digest is about.';
COMMENT ON COLUMN digest_run.generated_at IS 'The digest''s now.';
COMMENT ON COLUMN digest_run.path IS 'Where it was written [run clock]';
COMMENT ON COLUMN digest_run.content_hash IS 'SHA-256 of the file [run clock]';
COMMENT ON COLUMN digest_run.delivered_at IS 'When it was delivered [run clock]';
