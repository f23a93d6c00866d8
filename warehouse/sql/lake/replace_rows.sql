-- The rows of the file that is attached, in place of a table's own.
DELETE FROM {table};
INSERT INTO {table} BY NAME FROM {from}.main.{table}
