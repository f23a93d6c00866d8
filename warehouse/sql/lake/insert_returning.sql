-- The same, and which they were.
CREATE OR REPLACE TEMP TABLE lake_new AS
SELECT * FROM {given} ANTI JOIN {table} USING ({key}) QUALIFY row_number() OVER (PARTITION BY {key}) = 1;
INSERT INTO {table} BY NAME FROM lake_new;
SELECT {returning} FROM lake_new
