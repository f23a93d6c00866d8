-- What each way to answer would give.
SELECT action, people_days_low, people_days, people_days_high, saved_people_days_low, saved_people_days,
    saved_people_days_high
FROM counterfactual
WHERE race_key = $race_key
ORDER BY list_position(['nothing', 'planned', 'email', 'thread_post', 'email_and_thread_post'], action)
