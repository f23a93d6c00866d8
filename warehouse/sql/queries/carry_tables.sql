-- The tables of the old warehouse.
SELECT table_name FROM duckdb_tables() WHERE database_name = 'old' AND NOT internal ORDER BY table_name
