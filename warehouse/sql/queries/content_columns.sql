-- Columns of every table that say what is so; those (and tables) that only say when a run wrote something are left out.
SELECT table_name, list(column_name ORDER BY column_index) AS column_names
FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal
    AND table_name IN (
        SELECT table_name
        FROM duckdb_tables()
        WHERE NOT temporary AND database_name = current_database() AND NOT contains(coalesce(comment, ''), $clock_mark)
    )
    AND NOT contains(coalesce(comment, ''), $clock_mark)
GROUP BY table_name
ORDER BY table_name
