-- Rows that were deleted stay in their files until all this.
CALL ducklake_expire_snapshots('{lake}', older_than => now());
CALL ducklake_merge_adjacent_files('{lake}');
CALL ducklake_rewrite_data_files('{lake}', delete_threshold => 0.0);
CALL ducklake_expire_snapshots('{lake}', older_than => now());
CALL ducklake_cleanup_old_files('{lake}', cleanup_all => true);
CALL ducklake_delete_orphaned_files('{lake}', cleanup_all => true)
