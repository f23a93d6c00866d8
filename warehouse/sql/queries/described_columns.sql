-- Columns of a table or view with their types and comments.
SELECT column_name, replace(data_type, 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ') AS type, coalesce(comment, '') AS comment
FROM duckdb_columns()
WHERE database_name = current_database() AND table_name = $name
ORDER BY column_index
