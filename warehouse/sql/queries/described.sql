-- Tables, views or macros with their comments.
SELECT name, arguments, coalesce(comment, '') AS comment
FROM (
    SELECT 'table' AS kind, table_name AS name, '' AS arguments, comment
    FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal AND NOT temporary
    UNION ALL
    SELECT 'view', view_name, '', comment
    FROM duckdb_views() WHERE database_name = current_database() AND NOT internal AND NOT temporary
    UNION ALL
    SELECT 'macro', function_name, '(' || array_to_string(parameters, ', ') || ')', comment
    FROM duckdb_functions() WHERE database_name = current_database() AND NOT internal
)
WHERE kind = $kind
ORDER BY name
