-- Median hours from posting to being seen, and from being seen to being judged, of the last 7 days' mentions.
SELECT median(date_diff('second', p.posted_at, p.first_seen_at) / 3600.0) AS posted_to_seen_hours,
    median(date_diff('second', p.first_seen_at, a.annotated_at) / 3600.0) AS seen_to_judged_hours,
    count(*) AS post_count
FROM known_mention AS p
LEFT JOIN (
    SELECT post_key, min(annotated_at) AS annotated_at FROM annotation WHERE annotated_at <= $now GROUP BY post_key
) AS a USING (post_key)
WHERE p.posted_at > $now - INTERVAL 7 DAY
