-- Why an alert was raised is kept as facts: who reads it does so in their own language.
ALTER TABLE alert ADD COLUMN facts TEXT;
ALTER TABLE alert_event ADD COLUMN facts TEXT;
COMMENT ON COLUMN alert.facts IS 'What the reason is made of, as JSON: kind, counts, names; null for alerts raised before facts were kept.';
COMMENT ON COLUMN alert_event.facts IS 'What the sentence that held then is made of, as JSON; null before facts were kept.';
COMMENT ON COLUMN alert.reason IS 'Why: one sentence, in the language that mails were written in when it was raised.';
