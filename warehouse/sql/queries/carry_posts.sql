-- Posts that no landing file holds any more stand as they did; of two that are held, the one seen last stands. Of the
-- same sighting the landing file's stands, unless an erasure or an expiry has changed the record on either side.
CREATE OR REPLACE TEMP TABLE standing_revision AS
SELECT o.post_key, o.revision
FROM old.main.post_revision AS o
LEFT JOIN post_revision AS p USING (post_key, revision)
WHERE p.post_key IS NULL OR o.last_seen_at > p.last_seen_at
    OR (o.last_seen_at = p.last_seen_at AND o.record_key <> p.record_key);
INSERT OR REPLACE INTO post_revision BY NAME
SELECT o.* FROM old.main.post_revision AS o SEMI JOIN standing_revision USING (post_key, revision);
INSERT OR REPLACE INTO quote BY NAME
SELECT o.* FROM old.main.quote AS o SEMI JOIN standing_revision USING (post_key, revision);
UPDATE post_revision SET first_seen_at = o.first_seen_at
FROM old.main.post_revision AS o
WHERE o.post_key = post_revision.post_key AND o.revision = post_revision.revision
    AND o.first_seen_at < post_revision.first_seen_at;
INSERT OR REPLACE INTO post BY NAME
SELECT o.*
FROM old.main.post AS o
LEFT JOIN post AS p USING (post_key)
WHERE p.post_key IS NULL OR o.seen_at > p.seen_at OR (o.seen_at = p.seen_at AND o.record_key <> p.record_key);
UPDATE post SET first_seen_at = o.first_seen_at
FROM old.main.post AS o
WHERE o.post_key = post.post_key AND o.first_seen_at < post.first_seen_at;
INSERT OR REPLACE INTO sighting BY NAME
SELECT o.*
FROM old.main.sighting AS o
LEFT JOIN sighting AS s USING (post_key, seen_at)
WHERE s.post_key IS NULL OR o.record_key <> s.record_key;
INSERT OR REPLACE INTO thread BY NAME
SELECT o.*
FROM old.main.thread AS o
LEFT JOIN thread AS t USING (thread_key)
WHERE t.thread_key IS NULL OR o.seen_at > t.seen_at OR (o.seen_at = t.seen_at AND o.thread_title = '');
UPDATE thread SET first_seen_at = o.first_seen_at
FROM old.main.thread AS o
WHERE o.thread_key = thread.thread_key AND o.first_seen_at < thread.first_seen_at
