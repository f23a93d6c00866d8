CREATE OR REPLACE VIEW source_field AS
SELECT h.source, h.engine, f.field, timezone('Europe/Stockholm', h.finished_at)::DATE AS day,
    sum(f.present_count)::BIGINT AS present_count, sum(f.of_count)::BIGINT AS of_count,
    sum(f.present_count) / nullif(sum(f.of_count), 0) AS present_share
FROM health_field AS f
JOIN health AS h USING (health_key)
GROUP BY ALL;
COMMENT ON VIEW source_field IS 'Field coverage: on what share of the posts that were read the pages told each field, by day.';
COMMENT ON COLUMN source_field.source IS 'The site or network.';
COMMENT ON COLUMN source_field.engine IS 'The parser that read it.';
COMMENT ON COLUMN source_field.field IS 'Field of a post; `quoted_post_id` is of posts that quote.';
COMMENT ON COLUMN source_field.day IS 'The Swedish day on which they were read.';
COMMENT ON COLUMN source_field.present_count IS 'Posts that had the field.';
COMMENT ON COLUMN source_field.of_count IS 'Posts that could have had it.';
COMMENT ON COLUMN source_field.present_share IS 'The one over the other.';
