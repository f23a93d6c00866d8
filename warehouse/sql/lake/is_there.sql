-- How many rows have a key that the table has.
SELECT count(*) FROM {given} SEMI JOIN {table} USING ({key})
