-- What a crawl counted.
INSERT INTO health BY NAME FROM staged_health ON CONFLICT DO NOTHING
