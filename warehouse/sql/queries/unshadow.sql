-- Let the tables be seen again.
DROP TABLE IF EXISTS temp.post;
DROP TABLE IF EXISTS temp.post_revision;
DROP TABLE IF EXISTS temp.sighting;
DROP TABLE IF EXISTS temp.annotation;
DROP TABLE IF EXISTS temp.post_label;
DROP TABLE IF EXISTS temp.match_pass;
DROP TABLE IF EXISTS temp.claim_match;
DROP TABLE IF EXISTS temp.judgement
