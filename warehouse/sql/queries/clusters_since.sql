-- When the first of the clusters that nobody has decided on began.
SELECT coalesce(min(created_at), now()) AS created_at FROM cluster WHERE state IN ('open', 'candidate')
