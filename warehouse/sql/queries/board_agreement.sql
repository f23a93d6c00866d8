-- Of the posts that a person has judged since the model read them: how often the model had said the same.
WITH said AS (
    SELECT post_key, task, claim_id, list_sort(list(DISTINCT label)) AS labels
    FROM judgement_as_of(TIMESTAMPTZ 'infinity')
    WHERE task <> 'match'
    GROUP BY post_key, task, claim_id
),
read AS (
    SELECT post_key, arg_max(model_version, row(annotated_at, model_version)) AS version
    FROM annotation
    WHERE post_key IN (SELECT post_key FROM said)
    GROUP BY post_key
),
modelled AS (
    SELECT l.post_key, l.task, '' AS claim_id, list_sort(list(DISTINCT l.label)) AS labels
    FROM post_label AS l
    JOIN read AS r ON r.post_key = l.post_key AND r.version = l.version
    JOIN post AS p ON p.post_key = l.post_key AND p.revision = l.revision
    GROUP BY l.post_key, l.task
    UNION ALL
    SELECT post_key, 'stance', claim_id, [arg_max(CASE WHEN tier = 'none' THEN 'unrelated' ELSE stance END, matched_at)]
    FROM claim_match
    WHERE stance IS NOT NULL AND post_key IN (SELECT post_key FROM said)
    GROUP BY post_key, claim_id
)
SELECT s.task, count(*) AS judged_count, count(*) FILTER (s.labels = m.labels) AS agreed_count
FROM said AS s
JOIN modelled AS m USING (post_key, task, claim_id)
GROUP BY s.task
ORDER BY s.task
