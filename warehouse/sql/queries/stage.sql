-- Tables that a landing file is laid out in, for one transaction.
CREATE OR REPLACE TEMP TABLE staged_post (
    line_number BIGINT, post_key TEXT, revision TEXT, thread_key TEXT, source TEXT, post_id TEXT,
    thread_id TEXT, thread_title TEXT, author_key TEXT, url TEXT, text TEXT, content_key TEXT,
    posted_at TIMESTAMPTZ, seen_at TIMESTAMPTZ, edited_at TIMESTAMPTZ, reply_to TEXT, position
    BIGINT, like_count BIGINT, reply_count BIGINT, view_count BIGINT, language TEXT, redactions
    TEXT[]
);
CREATE OR REPLACE TEMP TABLE staged_quote (
    line_number BIGINT, quote_number BIGINT, source TEXT, text TEXT, quoted_post_id TEXT,
    quoted_author_key TEXT
);
CREATE OR REPLACE TEMP TABLE staged_deletion (
    line_number BIGINT, post_key TEXT, seen_at TIMESTAMPTZ, source TEXT
);
CREATE OR REPLACE TEMP TABLE staged_visit (
    line_number BIGINT, visit_key TEXT, source TEXT, started_at TIMESTAMPTZ, finished_at
    TIMESTAMPTZ, is_complete BOOLEAN, page_count BIGINT, post_count BIGINT, read_count BIGINT
);
CREATE OR REPLACE TEMP TABLE staged_incident (
    line_number BIGINT, incident_key TEXT, source TEXT, url TEXT, cause TEXT, detail TEXT, seen_at
    TIMESTAMPTZ
);
CREATE OR REPLACE TEMP TABLE staged_quarantine (
    line_number BIGINT, record TEXT, source TEXT, url TEXT, reason TEXT, detail TEXT, seen_at
    TIMESTAMPTZ, post_id TEXT, raw_line BLOB
);
