-- On how many threads DuckDB works.
SELECT current_setting('threads') AS thread_count
