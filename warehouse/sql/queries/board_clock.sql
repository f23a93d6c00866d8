-- When the last visit ended: what a simulation calls now.
SELECT max(finished_at) AS finished_at FROM visit
