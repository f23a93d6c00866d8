-- Posts FIRST to LAST of POST_COUNT in ten sources: the last RECENT_COUNT over ninety days, the others over ten years
-- before. Two in five are about the company, one in twenty of those on a claim. What passes leave behind of them.
SET VARIABLE ends_at = TIMESTAMPTZ 'NOW';
CREATE OR REPLACE TEMP TABLE made AS
SELECT i, substr(sha256(i::TEXT), 1, 20) AS post_key, 'forum' || i % 10 AS source, substr(sha256('r' || i), 1, 12) AS revision,
    substr(sha256('t' || i // 20), 1, 20) AS thread_key, substr(sha256('l' || i // 5000), 1, 32) AS landing_key,
    getvariable('ends_at') - INTERVAL 4 HOUR - to_seconds(86400.0 * CASE
        WHEN i >= POST_COUNT - RECENT_COUNT THEN 90.0 * (POST_COUNT - i) / RECENT_COUNT
        ELSE 90.0 + 3650.0 * (POST_COUNT - RECENT_COUNT - i) / greatest(POST_COUNT - RECENT_COUNT, 1)
    END) AS posted_at,
    'Fick ni också brevet om ' || ['avgift', 'fiber', 'router', 'villkor', 'faktura'][1 + i % 5] || ' från dem? Gata '
        || printf('%05d', hash(i) % 20000) || ' nummer ' || i || ', vi har bott här länge.' AS text
FROM range(FIRST, LAST) AS r(i);
INSERT INTO thread BY NAME SELECT thread_key, any_value(source) AS source, thread_key AS thread_id, 'Tråd' AS thread_title,
    min(posted_at) AS first_seen_at, max(posted_at) AS seen_at FROM made GROUP BY thread_key;
INSERT INTO post BY NAME SELECT post_key, source, 'p' || i AS post_id, thread_key,
    substr(sha256('a' || i % 50000), 1, 24) AS author_key, posted_at, posted_at + INTERVAL 3 HOUR AS first_seen_at,
    posted_at + INTERVAL 3 HOUR AS seen_at, revision, 'https://forum.example/' || i AS url, text, i % 20 AS position,
    []::TEXT[] AS redactions, post_key AS record_key FROM made ORDER BY i;
INSERT INTO post_revision BY NAME SELECT post_key, revision, text, posted_at + INTERVAL 3 HOUR AS first_seen_at,
    posted_at + INTERVAL 3 HOUR AS last_seen_at, []::TEXT[] AS redactions, post_key AS record_key,
    post_key AS content_key FROM made ORDER BY i;
INSERT INTO sighting BY NAME SELECT post_key, posted_at + INTERVAL 3 HOUR AS seen_at, revision, posted_at,
    post_key AS record_key FROM made ORDER BY i;
INSERT INTO outcome BY NAME SELECT landing_key, i % 5000 + 1 AS line_number, 'post' AS record, 'loaded' AS outcome, post_key
    FROM made ORDER BY i;
INSERT INTO landing_file BY NAME SELECT landing_key, 'forum/' || landing_key AS name, 'r' AS run_id,
    max(posted_at) AS loaded_at, 1 AS byte_count, count(*) AS line_count, false AS is_truncated FROM made GROUP BY landing_key
    ON CONFLICT DO NOTHING;
INSERT INTO annotation BY NAME SELECT post_key, revision, 'LABELS' AS model_version, 'sv' AS language,
    posted_at + INTERVAL 4 HOUR AS annotated_at FROM made ORDER BY i;
INSERT INTO post_label BY NAME SELECT post_key, revision, task, CASE task
        WHEN 'relevance' THEN CASE WHEN i % 5 < 2 THEN 'relevant' ELSE 'irrelevant' END WHEN 'topic' THEN 'price'
        ELSE ['negative', 'neutral', 'positive'][1 + i % 7 % 3] END AS label, 0.8 AS score, 'm' AS model, 'LABELS' AS version,
    posted_at + INTERVAL 4 HOUR AS labelled_at
FROM made CROSS JOIN (VALUES ('relevance'), ('sentiment'), ('topic')) AS t(task)
WHERE task = 'relevance' OR i % 5 < 2 ORDER BY i;
INSERT INTO mention BY NAME SELECT post_key, revision, 'LABELS' AS version, 0 AS span_start, 4 AS span_end, 'Open Infra' AS name
    FROM made WHERE i % 5 < 2 ORDER BY i;
INSERT INTO embedding BY NAME SELECT post_key, revision, 'LABELS' AS model_version,
    list_transform(range(16), lambda k: ((hash(i, k) % 2001)::FLOAT - 1000) / 2300) AS vector FROM made ORDER BY i;
INSERT INTO match_pass BY NAME SELECT post_key, revision, 'HELD' AS version, posted_at + INTERVAL 4 HOUR AS matched_at
    FROM made ORDER BY i;
INSERT INTO claim_match BY NAME SELECT post_key, revision, 'c' || i // 100 % 4 AS claim_id, 'auto' AS tier,
    0.8 AS score_embedding, 0.5 AS score_lexical, 0 AS span_start, 5 AS span_end,
    ['support', 'deny', 'query', 'comment'][1 + i // 20 % 4] AS stance, 0.9 AS stance_score, 'm' AS model, 'HELD' AS version,
    posted_at + INTERVAL 4 HOUR AS matched_at
    FROM made WHERE i % 20 = 0 ORDER BY i;
INSERT INTO text_print BY NAME SELECT post_key, revision, posted_at + INTERVAL 3 HOUR AS first_seen_at,
    list_transform(range(12), lambda k: (hash(i, k) // 2)::BIGINT) AS prints FROM made ORDER BY i;
-- What `refresh` would make of them.
INSERT INTO mention_fact BY NAME SELECT post_key, posted_at, time_bucket(INTERVAL 1 HOUR, posted_at) AS hour_at,
    timezone('Europe/Stockholm', posted_at)::DATE AS day, source, thread_key,
    ['negative', 'neutral', 'positive'][1 + i % 7 % 3] AS sentiment, i % 20 = 0 AND i // 20 % 4 IN (0, 2) AS is_rumour,
    ['price'] AS topics FROM made WHERE i % 5 < 2 ORDER BY i;
INSERT INTO claim_fact BY NAME SELECT post_key, 'c' || i // 100 % 4 AS claim_id, time_bucket(INTERVAL 1 HOUR, posted_at) AS hour_at,
    timezone('Europe/Stockholm', posted_at)::DATE AS day, source, ['support', 'deny', 'query', 'comment'][1 + i // 20 % 4] AS stance
    FROM made WHERE i % 20 = 0 ORDER BY i;
DROP TABLE made
