-- Say of every post line what it brings: a new post, a new content of a known one, or nothing new.
INSERT INTO outcome (landing_key, line_number, record, outcome, post_key)
SELECT s.landing_key, s.line_number, 'post',
    CASE
        WHEN p.post_key IS NOT NULL AND s.is_first_of_post THEN 'loaded'
        WHEN r.post_key IS NOT NULL AND s.is_first_of_revision THEN 'revised'
        ELSE 'unchanged'
    END,
    s.post_key
FROM staged_post AS s
LEFT JOIN new_post AS p ON p.post_key = s.post_key
LEFT JOIN new_revision AS r ON r.post_key = s.post_key AND r.revision = s.revision
