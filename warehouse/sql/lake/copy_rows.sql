-- All rows of a table, into the file that is attached.
INSERT INTO {to}.main.{table} BY NAME FROM {table}
