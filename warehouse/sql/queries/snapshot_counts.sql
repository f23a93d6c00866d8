-- Rows of the main tables in the warehouse and in the attached copy.
SELECT
    row((SELECT count(*) FROM migration), (SELECT count(*) FROM landing_file), (SELECT count(*) FROM outcome),
        (SELECT count(*) FROM post), (SELECT count(*) FROM post_label), (SELECT count(*) FROM alert_event)) AS ours,
    row((SELECT count(*) FROM snapshot.migration), (SELECT count(*) FROM snapshot.landing_file),
        (SELECT count(*) FROM snapshot.outcome), (SELECT count(*) FROM snapshot.post),
        (SELECT count(*) FROM snapshot.post_label), (SELECT count(*) FROM snapshot.alert_event)) AS copied
