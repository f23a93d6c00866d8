-- From here on `match_as_of` and `post_as_of` see, under the tables' names, what is of the chosen posts alone. Of those
-- most are on no claim: they are left out first. Nothing is known of a post before it is first seen, and no two clocks
-- are ten days apart: of what all history left, only the end is read.
SET VARIABLE known_from = (SELECT min(first_seen_at) - INTERVAL 10 DAY FROM chosen_post);
CREATE TEMP TABLE claim_match AS SELECT p.* FROM TARGET.main.claim_match AS p SEMI JOIN chosen_post USING (post_key)
WHERE p.matched_at >= getvariable('known_from');
CREATE TEMP TABLE judgement AS SELECT p.* FROM TARGET.main.judgement AS p SEMI JOIN chosen_post USING (post_key);
CREATE OR REPLACE TEMP TABLE chosen_post AS FROM chosen_post
SEMI JOIN (SELECT post_key FROM temp.claim_match UNION ALL SELECT post_key FROM temp.judgement) USING (post_key);
CREATE TEMP TABLE match_pass AS SELECT p.* FROM TARGET.main.match_pass AS p SEMI JOIN chosen_post USING (post_key)
WHERE p.matched_at >= getvariable('known_from');
CREATE TEMP TABLE post AS SELECT p.* FROM TARGET.main.post AS p SEMI JOIN chosen_post USING (post_key)
WHERE p.first_seen_at >= getvariable('known_from');
CREATE TEMP TABLE post_revision AS SELECT p.* FROM TARGET.main.post_revision AS p SEMI JOIN chosen_post USING (post_key)
WHERE p.first_seen_at >= getvariable('known_from');
CREATE TEMP TABLE sighting AS SELECT p.* FROM TARGET.main.sighting AS p SEMI JOIN chosen_post USING (post_key)
WHERE p.seen_at >= getvariable('known_from')
