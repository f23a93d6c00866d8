-- Names of the landing files that have been loaded.
SELECT DISTINCT name FROM landing_file
