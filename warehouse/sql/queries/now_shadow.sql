-- From here on the functions see, under the tables' names, only what is of posts of the last eight days: nothing is seen
-- or judged before it is posted, but clocks differ by minutes. Judgements are few, and are all seen.
CREATE TEMP TABLE post AS FROM TARGET.main.post WHERE posted_at > getvariable('told_at') - INTERVAL 8 DAY;
CREATE TEMP TABLE post_revision AS FROM TARGET.main.post_revision WHERE first_seen_at > getvariable('told_at') - INTERVAL 9 DAY;
CREATE TEMP TABLE sighting AS FROM TARGET.main.sighting WHERE seen_at > getvariable('told_at') - INTERVAL 9 DAY;
CREATE TEMP TABLE annotation AS FROM TARGET.main.annotation WHERE annotated_at > getvariable('told_at') - INTERVAL 9 DAY;
CREATE TEMP TABLE post_label AS FROM TARGET.main.post_label WHERE labelled_at > getvariable('told_at') - INTERVAL 9 DAY;
CREATE TEMP TABLE match_pass AS FROM TARGET.main.match_pass WHERE matched_at > getvariable('told_at') - INTERVAL 9 DAY;
CREATE TEMP TABLE claim_match AS FROM TARGET.main.claim_match WHERE matched_at > getvariable('told_at') - INTERVAL 9 DAY
