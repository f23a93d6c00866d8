-- How many posts a model version gave each label.
SELECT task, label, count(*) AS post_count, avg(score) AS mean_score
FROM post_label
WHERE version = $model_version
GROUP BY ALL
ORDER BY task, post_count DESC, label
