-- What each period of an import counts once it is taken back: the last import that stands says it, else what was before
-- the first one; null for nothing.
WITH revision AS (
    SELECT r.*, i.imported_at, u.import_id IS NOT NULL AS is_undone
    FROM complaint_revision AS r
    JOIN complaint_import AS i USING (import_id)
    LEFT JOIN complaint_import_undo AS u USING (import_id)
    SEMI JOIN (FROM complaint_revision WHERE import_id = $import_id) AS mine
        USING (channel, period_start, period_end, topic)
)
SELECT channel, period_start, period_end, topic,
    CASE
        WHEN count(*) FILTER (NOT is_undone) > 0
            THEN arg_max(complaint_count, row(imported_at, import_id)) FILTER (NOT is_undone)
        ELSE arg_min(struct_pack(was := previous_count), row(imported_at, import_id)).was
    END AS complaint_count
FROM revision
GROUP BY channel, period_start, period_end, topic
ORDER BY channel, period_start, period_end, topic
