-- The hours, days and threads whose counts may change: where the posts were counted, and where they are now.
CREATE OR REPLACE TEMP TABLE changed_hour AS
SELECT DISTINCT hour_at FROM (
    SELECT hour_at FROM mention_fact SEMI JOIN changed_post USING (post_key)
    UNION ALL SELECT hour_at FROM claim_fact SEMI JOIN changed_post USING (post_key)
    UNION ALL SELECT hour_at FROM changed_mention
    UNION ALL SELECT hour_at FROM changed_claim WHERE tier = 'auto'
);
CREATE OR REPLACE TEMP TABLE changed_day AS
SELECT DISTINCT timezone('Europe/Stockholm', hour_at)::DATE AS day FROM changed_hour;
CREATE OR REPLACE TEMP TABLE changed_thread AS
SELECT thread_key FROM mention_fact SEMI JOIN changed_post USING (post_key)
UNION SELECT thread_key FROM changed_mention
UNION SELECT thread_key FROM thread_total SEMI JOIN changed_title USING (thread_key)
