-- From here on the functions see, under the tables' names, what is of one post. Judgements are few, and are all seen.
CREATE TEMP TABLE post AS FROM TARGET.main.post WHERE post_key = getvariable('one').post_key;
CREATE TEMP TABLE post_revision AS FROM TARGET.main.post_revision
WHERE first_seen_at > getvariable('one').since AND post_key = getvariable('one').post_key;
CREATE TEMP TABLE annotation AS FROM TARGET.main.annotation
WHERE annotated_at > getvariable('one').since AND post_key = getvariable('one').post_key;
CREATE TEMP TABLE post_label AS FROM TARGET.main.post_label
WHERE labelled_at > getvariable('one').since AND post_key = getvariable('one').post_key;
CREATE TEMP TABLE match_pass AS FROM TARGET.main.match_pass
WHERE matched_at > getvariable('one').since AND post_key = getvariable('one').post_key;
CREATE TEMP TABLE claim_match AS FROM TARGET.main.claim_match
WHERE matched_at > getvariable('one').since AND post_key = getvariable('one').post_key
