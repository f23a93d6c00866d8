-- What the crawls know of each place. Rebuilt from nothing by reading the place anew: posts are kept elsewhere.
CREATE TABLE IF NOT EXISTS thread (
    source          TEXT NOT NULL,
    thread_id       TEXT NOT NULL,
    url             TEXT NOT NULL,      -- its first page
    last_post_id    TEXT,
    last_posted_at  TEXT,               -- newest post read
    listed_at       TEXT,               -- newest post according to the listing
    listed_count    INTEGER,            -- posts (or replies) according to the listing
    last_page_url   TEXT,               -- where reading goes on
    etag            TEXT,               -- of last_page_url
    last_modified   TEXT,
    is_kept         INTEGER NOT NULL,   -- the company is mentioned: every post is written
    is_pending      INTEGER NOT NULL,   -- the last reading was cut short
    next_check_at   TEXT NOT NULL,
    check_hours     REAL NOT NULL,      -- doubles while nothing happens
    next_sweep_at   TEXT,               -- a kept thread is then read whole, for edits and deletions on any page
    PRIMARY KEY (source, thread_id)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS thread_pending ON thread (source, next_check_at, thread_id) WHERE is_pending;
CREATE INDEX IF NOT EXISTS thread_quiet ON thread (source, next_check_at, thread_id) WHERE is_kept AND NOT is_pending;
CREATE INDEX IF NOT EXISTS thread_sweep ON thread (source, next_sweep_at, thread_id) WHERE is_kept;

-- Posts of kept threads: enough to notice new, edited and deleted ones.
CREATE TABLE IF NOT EXISTS known_post (
    source          TEXT NOT NULL,
    thread_id       TEXT NOT NULL,
    post_id         TEXT NOT NULL,
    content_key     TEXT NOT NULL,
    is_on_last_page INTEGER NOT NULL,
    PRIMARY KEY (source, thread_id, post_id)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS listing (
    source          TEXT NOT NULL,
    url             TEXT NOT NULL,
    etag            TEXT,
    last_modified   TEXT,
    resume_url      TEXT,               -- where an earlier crawl was cut: older threads are still unread from here
    PRIMARY KEY (source, url)
) WITHOUT ROWID;

-- A landing file whose records the rows above already count: it is whole under its temporary name, and a crawl that was
-- killed before giving it its own leaves that to the next one. Paths are relative to this file's folder.
CREATE TABLE IF NOT EXISTS landing (
    source          TEXT NOT NULL,
    temporary       TEXT NOT NULL,
    final           TEXT NOT NULL,
    PRIMARY KEY (source, temporary)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS host (
    host            TEXT PRIMARY KEY,
    day             TEXT NOT NULL,      -- UTC
    page_count      INTEGER NOT NULL,
    not_before      TEXT,               -- left alone until then
    slow_seconds    REAL NOT NULL DEFAULT 0,
    failure_count   INTEGER NOT NULL DEFAULT 0,
    break_count     INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
