-- The name of the open warehouse in its own catalog.
SELECT current_database() AS name
