-- Which landing files' ledgers are taken from the old warehouse: what became of a line was told when it came. Not those
-- that do not add up there, if the file can still be read. A file that an erasure has rewritten is known by its name.
CREATE OR REPLACE TEMP TABLE kept_file AS
SELECT o.landing_key, o.name
FROM old.main.landing_file AS o
LEFT JOIN (SELECT landing_key, count(*) AS outcome_count FROM old.main.outcome GROUP BY landing_key) AS c
    USING (landing_key)
WHERE coalesce(c.outcome_count, 0) = o.line_count OR o.name NOT IN (SELECT name FROM landing_file);
CREATE OR REPLACE TEMP TABLE dropped_file AS
SELECT landing_key FROM landing_file WHERE name IN (SELECT name FROM kept_file);
DELETE FROM outcome WHERE landing_key IN (FROM dropped_file);
DELETE FROM quarantine WHERE landing_key IN (FROM dropped_file);
DELETE FROM landing_file
WHERE landing_key IN (FROM dropped_file) AND landing_key NOT IN (SELECT landing_key FROM kept_file);
INSERT INTO outcome BY NAME FROM old.main.outcome WHERE landing_key IN (SELECT landing_key FROM kept_file);
INSERT INTO quarantine BY NAME FROM old.main.quarantine WHERE landing_key IN (SELECT landing_key FROM kept_file);
INSERT INTO landing_file BY NAME FROM old.main.landing_file WHERE landing_key IN (SELECT landing_key FROM kept_file)
ON CONFLICT DO UPDATE SET run_id = excluded.run_id, loaded_at = excluded.loaded_at
