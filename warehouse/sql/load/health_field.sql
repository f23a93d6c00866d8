-- Which fields the posts of a crawl had.
INSERT INTO health_field BY NAME FROM staged_health_field ON CONFLICT DO NOTHING
