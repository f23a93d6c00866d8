-- What the alarm remembers of who has spoken: the token that the author's posts are kept under.
UPDATE alarm_state SET state = replace(
    state::VARCHAR, $author_key, 'erased-' || substr(sha256($token || $author_key), 1, 16)
)::JSON
WHERE contains(state::VARCHAR, $author_key)
