-- Whether the file knows of migrations at all.
SELECT count(*) = 1 AS is_known FROM duckdb_tables() WHERE table_name = 'migration' AND database_name = current_database()
