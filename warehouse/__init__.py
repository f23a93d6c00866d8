"""The warehouse: DuckDB records, migrations, loading, named SQL, publishing. Imports nothing of ours."""
