-- Under which key the pseudonyms are.
SELECT key_print FROM pseudonym_key
