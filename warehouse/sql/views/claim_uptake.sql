CREATE OR REPLACE VIEW claim_uptake AS
SELECT claim_id, day, support_count, query_count, deny_count, comment_count,
    sum(support_count + query_count) OVER (PARTITION BY claim_id ORDER BY day)::BIGINT AS spread_so_far_count,
    sum(deny_count) OVER (PARTITION BY claim_id ORDER BY day)::BIGINT AS deny_so_far_count
FROM (
    SELECT claim_id, day, coalesce(sum(author_count) FILTER (stance = 'support'), 0)::BIGINT AS support_count,
        coalesce(sum(author_count) FILTER (stance = 'query'), 0)::BIGINT AS query_count,
        coalesce(sum(author_count) FILTER (stance = 'deny'), 0)::BIGINT AS deny_count,
        coalesce(sum(author_count) FILTER (stance = 'comment'), 0)::BIGINT AS comment_count
    FROM claim_day
    WHERE source = '*'
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
