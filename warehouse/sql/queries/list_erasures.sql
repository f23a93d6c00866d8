-- Keys of what has been erased.
SELECT subject_key FROM erasure
