-- Imports of complaints, latest first.
SELECT i.import_id, i.file_name, i.new_count, i.changed_count, i.imported_at, i.imported_by, u.undone_at, u.undone_by
FROM complaint_import AS i
LEFT JOIN complaint_import_undo AS u USING (import_id)
ORDER BY i.imported_at DESC, i.import_id
