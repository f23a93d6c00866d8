-- The file of the open warehouse; null in memory.
SELECT path FROM duckdb_databases() WHERE database_name = current_database()
