-- Forget what was laid out.
DROP TABLE IF EXISTS temp.known_mention;
DROP TABLE IF EXISTS temp.known_match;
DROP TABLE IF EXISTS temp.known_topic;
DROP TABLE IF EXISTS temp.mention_of_day
