-- Rows take the place of those with their key, or a part of them does, and are new where there is none.
MERGE INTO {table}
USING (SELECT * FROM {given} QUALIFY row_number() OVER (PARTITION BY {key}) = 1) AS excluded
ON ({same})
WHEN MATCHED{condition} THEN UPDATE{sets}
WHEN NOT MATCHED THEN INSERT BY NAME
