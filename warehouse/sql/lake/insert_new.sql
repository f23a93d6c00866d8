-- Rows whose key the table does not have, each key once.
INSERT INTO {table} BY NAME
SELECT * FROM {given} ANTI JOIN {table} USING ({key}) QUALIFY row_number() OVER (PARTITION BY {key}) = 1
