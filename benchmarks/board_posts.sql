-- Posts FIRST to LAST of POST_COUNT over DAY_COUNT days in 40 sources, a third about the company, one in fifty-one on a claim,
-- one in 303 that may be about one.
-- Every post has a house number that one in 20,000 shares. What revisions say is left out: the board does not read it.
SET VARIABLE ends_at = TIMESTAMPTZ 'NOW';
CREATE OR REPLACE TEMP TABLE made AS
SELECT i, substr(sha256(i::TEXT), 1, 20) AS post_key, 'forum' || i % 40 AS source, 'r' || i AS revision,
    substr(sha256('t' || i // 20), 1, 20) AS thread_key,
    getvariable('ends_at') - to_seconds(86400.0 * DAY_COUNT * (POST_COUNT - i) / POST_COUNT) AS posted_at,
    'Fick ni också brevet om ' || ['avgift', 'fiber', 'router', 'villkor', 'faktura'][1 + i % 5] || ' från dem? Gata '
        || printf('%05d', hash(i) % 20000) || '. '
        || repeat('Vi har bott här länge och aldrig betalat något sådant. ', 1 + (i % 4)::BIGINT) AS text
FROM range(FIRST, LAST) AS r(i);
INSERT INTO thread BY NAME SELECT thread_key, any_value(source) AS source, thread_key AS thread_id, 'Tråd' AS thread_title,
    min(posted_at) AS first_seen_at, max(posted_at) AS seen_at FROM made GROUP BY thread_key;
INSERT INTO post BY NAME SELECT post_key, source, 'p' || i AS post_id, thread_key,
    substr(sha256('a' || i % 50000), 1, 24) AS author_key, posted_at, posted_at + INTERVAL 3 HOUR AS first_seen_at,
    posted_at + INTERVAL 3 HOUR AS seen_at, revision, 'https://forum.example/' || i AS url, text, i % 20 AS position,
    []::TEXT[] AS redactions, 'k' AS record_key FROM made;
INSERT INTO post_revision BY NAME SELECT post_key, revision, NULL AS text, posted_at + INTERVAL 3 HOUR AS first_seen_at,
    posted_at + INTERVAL 3 HOUR AS last_seen_at, []::TEXT[] AS redactions, 'k' AS record_key,
    post_key AS content_key FROM made;
INSERT INTO annotation BY NAME SELECT post_key, revision, 'v1' AS model_version, 'sv' AS language,
    posted_at + INTERVAL 4 HOUR AS annotated_at FROM made;
INSERT INTO post_label BY NAME SELECT post_key, revision, task, CASE task
        WHEN 'relevance' THEN CASE WHEN i % 3 = 0 THEN 'relevant' ELSE 'irrelevant' END WHEN 'topic' THEN 'price'
        ELSE ['negative', 'neutral', 'positive'][1 + i % 7 % 3] END AS label, 0.8 AS score, 'm' AS model, 'v1' AS version,
    posted_at + INTERVAL 4 HOUR AS labelled_at
FROM made CROSS JOIN (VALUES ('relevance'), ('sentiment'), ('topic')) AS t(task)
WHERE task = 'relevance' OR i % 3 = 0;
INSERT INTO match_pass BY NAME SELECT post_key, revision, 'v1' AS version, posted_at + INTERVAL 4 HOUR AS matched_at
    FROM made WHERE i % 3 = 0;
INSERT INTO claim_match BY NAME SELECT post_key, revision, 'c' || i // 51 % 3 AS claim_id, 'auto' AS tier, 0.8 AS score_embedding,
    0.5 AS score_lexical, 0 AS span_start, 5 AS span_end, ['support', 'deny', 'query', 'comment'][1 + i % 4] AS stance,
    0.9 AS stance_score, 'm' AS model, 'v1' AS version, posted_at + INTERVAL 4 HOUR AS matched_at
    FROM made WHERE i % 51 = 0;
INSERT INTO claim_match BY NAME SELECT post_key, revision, 'c' || i // 303 % 3 AS claim_id, 'suggest' AS tier,
    0.5 AS score_embedding, 0.2 AS score_lexical, 0 AS span_start, 5 AS span_end, 'query' AS stance, 0.5 AS stance_score,
    'm' AS model, 'v1' AS version, posted_at + INTERVAL 4 HOUR AS matched_at
    FROM made WHERE i % 303 = 9 AND i % 51 <> 0;
-- What `refresh` would make of them.
INSERT INTO mention_fact BY NAME SELECT post_key, posted_at, time_bucket(INTERVAL 1 HOUR, posted_at) AS hour_at,
    timezone('Europe/Stockholm', posted_at)::DATE AS day, source, thread_key,
    ['negative', 'neutral', 'positive'][1 + i % 7 % 3] AS sentiment, i % 51 = 0 AND i % 4 IN (0, 2) AS is_rumour,
    ['price'] AS topics FROM made WHERE i % 3 = 0 AND posted_at <= getvariable('ends_at');
INSERT INTO claim_fact BY NAME SELECT post_key, 'c' || i // 51 % 3 AS claim_id, time_bucket(INTERVAL 1 HOUR, posted_at) AS hour_at,
    timezone('Europe/Stockholm', posted_at)::DATE AS day, source, ['support', 'deny', 'query', 'comment'][1 + i % 4] AS stance
    FROM made WHERE i % 51 = 0;
INSERT INTO suggestion_fact BY NAME SELECT post_key, posted_at, 'c' || i // 303 % 3 AS claim_id,
    time_bucket(INTERVAL 1 HOUR, posted_at) AS hour_at, 'query' AS stance,
    ['negative', 'neutral', 'positive'][1 + i % 7 % 3] AS sentiment, ['price'] AS topics
    FROM made WHERE i % 303 = 9 AND i % 51 <> 0;
DROP TABLE made
