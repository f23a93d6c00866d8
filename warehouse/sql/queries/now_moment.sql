-- Name the moment for statements that come several at once.
SET VARIABLE told_at = $now
