-- POST_COUNT posts over three years in 40 sources, a third of them about the company, one in fifty on a claim.
CREATE TEMP TABLE made AS
SELECT i, substr(sha256(i::TEXT), 1, 20) AS post_key, 'forum' || i % 40 AS source, 'r' || i AS revision,
    now() - to_seconds(94608000.0 * (POST_COUNT - i) / POST_COUNT) AS posted_at,
    'Fick ni också brevet om ' || ['avgift', 'fiber', 'router', 'villkor', 'faktura'][1 + i % 5] || ' från dem? Nummer '
        || i || '. ' || repeat('Vi har bott här länge och aldrig betalat något sådant. ', 3) AS text
FROM range(POST_COUNT) AS r(i);
INSERT INTO thread SELECT DISTINCT substr(sha256('t' || i // 20), 1, 20), 'forum' || (i // 20) % 40, 't' || i // 20,
    'Tråd ' || i // 20, now() - INTERVAL 3 YEAR, now() FROM made;
INSERT INTO post BY NAME SELECT post_key, source, 'p' || i AS post_id, substr(sha256('t' || i // 20), 1, 20) AS thread_key,
    substr(sha256('a' || i % 50000), 1, 24) AS author_key, posted_at, posted_at + INTERVAL 3 HOUR AS first_seen_at,
    posted_at + INTERVAL 3 HOUR AS seen_at, revision, 'https://forum.example/' || i AS url, text, i % 20 AS position,
    []::TEXT[] AS redactions, sha256(post_key) AS record_key FROM made;
INSERT INTO post_revision BY NAME SELECT post_key, revision, text, posted_at + INTERVAL 3 HOUR AS first_seen_at,
    posted_at + INTERVAL 3 HOUR AS last_seen_at, []::TEXT[] AS redactions, sha256(post_key) AS record_key,
    post_key AS content_key FROM made;
INSERT INTO annotation BY NAME SELECT post_key, revision, 'v1' AS model_version, 'sv' AS language,
    posted_at + INTERVAL 4 HOUR AS annotated_at FROM made;
INSERT INTO post_label BY NAME SELECT post_key, revision, 'relevance' AS task,
    CASE WHEN i % 3 = 0 THEN 'relevant' ELSE 'irrelevant' END AS label, 0.9 AS score, 'm' AS model, 'v1' AS version,
    posted_at + INTERVAL 4 HOUR AS labelled_at FROM made;
INSERT INTO post_label BY NAME SELECT post_key, revision, task, CASE task WHEN 'topic' THEN 'price'
    ELSE ['negative', 'neutral', 'positive'][1 + i % 7 % 3] END AS label, 0.8 AS score, 'm' AS model, 'v1' AS version,
    posted_at + INTERVAL 4 HOUR AS labelled_at FROM made CROSS JOIN (VALUES ('sentiment'), ('topic')) AS t(task) WHERE i % 3 = 0;
INSERT INTO match_pass BY NAME SELECT post_key, revision, 'v1' AS version, posted_at + INTERVAL 4 HOUR AS matched_at
    FROM made WHERE i % 3 = 0;
INSERT INTO claim_match BY NAME SELECT post_key, revision, 'c' || i % 3 AS claim_id, 'auto' AS tier, 0.8 AS score_embedding,
    0.5 AS score_lexical, 0 AS span_start, 5 AS span_end, ['support', 'deny', 'query', 'comment'][1 + i % 4] AS stance,
    0.9 AS stance_score, 'm' AS model, 'v1' AS version, posted_at + INTERVAL 4 HOUR AS matched_at
    FROM made WHERE i % 51 = 0;
INSERT INTO visit SELECT sha256(source || ' ' || d), source, now() - to_days(d::INTEGER) - INTERVAL 5 MINUTE,
    now() - to_days(d::INTEGER), true, 10, 20, 20
FROM (SELECT DISTINCT source FROM made) CROSS JOIN range(60) AS r(d);
DROP TABLE made;
