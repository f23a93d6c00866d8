-- Posts written in each source a day, by source and day.
SELECT source, day, post_count FROM source_day WHERE day > $day::DATE - $day_count::INTEGER AND day <= $day ORDER BY source, day
