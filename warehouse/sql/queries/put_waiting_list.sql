-- From now on the step keeps a list.
INSERT OR REPLACE INTO waiting_list
SELECT $step AS step, $version AS version, $posted_after::TIMESTAMPTZ AS since_at
