-- So much has changed that all is counted anew.
INSERT INTO changed_post SELECT post_key FROM post ANTI JOIN changed_post USING (post_key)
