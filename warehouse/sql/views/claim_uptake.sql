CREATE OR REPLACE VIEW claim_uptake AS
SELECT claim_id, day, support_count, query_count, deny_count, comment_count,
    sum(support_count + query_count) OVER (PARTITION BY claim_id ORDER BY day)::BIGINT AS spread_so_far_count,
    sum(deny_count) OVER (PARTITION BY claim_id ORDER BY day)::BIGINT AS deny_so_far_count
FROM (
    SELECT m.claim_id, timezone('Europe/Stockholm', p.posted_at)::DATE AS day,
        count(DISTINCT p.author_key) FILTER (m.stance = 'support') AS support_count,
        count(DISTINCT p.author_key) FILTER (m.stance = 'query') AS query_count,
        count(DISTINCT p.author_key) FILTER (m.stance = 'deny') AS deny_count,
        count(DISTINCT p.author_key) FILTER (m.stance = 'comment') AS comment_count
    FROM match_as_of(TIMESTAMPTZ 'infinity') AS m
    JOIN post AS p USING (post_key)
    WHERE m.tier = 'auto'
    GROUP BY ALL
);
COMMENT ON VIEW claim_uptake IS 'Who spreads and who denies each claim by Swedish day: authors, each counted once a day.';
COMMENT ON COLUMN claim_uptake.claim_id IS 'The claim.';
COMMENT ON COLUMN claim_uptake.day IS 'Day in Sweden.';
COMMENT ON COLUMN claim_uptake.support_count IS 'Authors who support.';
COMMENT ON COLUMN claim_uptake.query_count IS 'Authors who ask.';
COMMENT ON COLUMN claim_uptake.deny_count IS 'Authors who deny.';
COMMENT ON COLUMN claim_uptake.comment_count IS 'Authors who comment.';
COMMENT ON COLUMN claim_uptake.spread_so_far_count IS 'Authors who support or ask, summed over the days so far.';
COMMENT ON COLUMN claim_uptake.deny_so_far_count IS 'Authors who deny, summed over the days so far.';
