-- Landing files of the old warehouse in the order in which they were loaded; one transaction's by their names.
SELECT name FROM old.main.landing_file ORDER BY loaded_at, name, landing_key
