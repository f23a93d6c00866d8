-- New posts of a crawl by the day on which they were posted.
INSERT INTO health_day BY NAME FROM staged_health_day ON CONFLICT DO NOTHING
