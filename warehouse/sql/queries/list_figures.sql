-- Measured quality of the model version that was registered last.
SELECT task, metric, value, low, high, data
FROM model_figure
WHERE model_version = (SELECT arg_max(model_version, row(measured_at, model_version)) FROM model_figure)
ORDER BY task, metric, data
