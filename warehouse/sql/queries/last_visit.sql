-- When any source was last visited.
SELECT max(finished_at) AS finished_at FROM visit
