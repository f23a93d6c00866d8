-- The judgement of a post that was given last and still holds; several topics are one judgement.
SELECT *
FROM judgement_as_of($now)
WHERE post_key = $post_key AND ($task::TEXT IS NULL OR task = $task)
    AND ($claim_id::TEXT IS NULL OR claim_id = $claim_id)
QUALIFY dense_rank() OVER (ORDER BY judged_at DESC, task, claim_id, judged_by) = 1
ORDER BY label
