-- What listeners know of each stream, beside the frontier. Without it a listener starts from now: what it kept lies elsewhere.
CREATE TABLE IF NOT EXISTS heard_stream (
    stream          TEXT PRIMARY KEY,
    cursor          INTEGER,            -- the server's own number for the place; none: from now on
    heard_at        TEXT,               -- the time that the place stands for
    batch           TEXT NOT NULL       -- the last landing file, which may still wait to be put in place
) WITHOUT ROWID;

-- Posts that were kept: enough to drop what is sent again, and to notice edits and deletions.
CREATE TABLE IF NOT EXISTS heard_post (
    stream          TEXT NOT NULL,
    post_id         TEXT NOT NULL,
    thread_id       TEXT NOT NULL,
    content_key     TEXT NOT NULL,
    rev             TEXT NOT NULL,      -- of the last event that was handled
    heard_at        TEXT NOT NULL,      -- the time of that event
    is_gone         INTEGER NOT NULL,
    is_mention      INTEGER NOT NULL,   -- it names the company itself: whoever quotes it speaks of that
    PRIMARY KEY (stream, post_id)
) WITHOUT ROWID;

-- Kept threads: their later posts are kept too.
CREATE TABLE IF NOT EXISTS heard_thread (
    stream          TEXT NOT NULL,
    thread_id       TEXT NOT NULL,
    title           TEXT NOT NULL,      -- without personal data
    is_unread       INTEGER NOT NULL,   -- the crawler is still to be told to read what was said before
    PRIMARY KEY (stream, thread_id)
) WITHOUT ROWID;

-- Authors, by pseudonym, who ask not to be shown to strangers.
CREATE TABLE IF NOT EXISTS heard_author (
    stream          TEXT NOT NULL,
    author_key      TEXT NOT NULL,
    PRIMARY KEY (stream, author_key)
) WITHOUT ROWID;
