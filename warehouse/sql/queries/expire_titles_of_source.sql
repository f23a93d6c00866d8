-- Titles of a source's threads that have not been fetched since.
UPDATE thread SET thread_title = '' WHERE thread_title <> '' AND source = $source AND seen_at < $before
