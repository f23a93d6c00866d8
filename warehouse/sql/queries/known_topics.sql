-- Lay out the topics that were known at a time.
CREATE OR REPLACE TEMP TABLE known_topic AS
SELECT post_key, label AS topic FROM label_as_of($now) WHERE task = 'topic'
