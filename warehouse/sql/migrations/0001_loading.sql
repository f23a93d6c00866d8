-- What a crawl found: landing files, posts and their history, and what could not be read.

CREATE TABLE landing_file (
    landing_key TEXT NOT NULL,
    name TEXT NOT NULL,
    run_id TEXT NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL,
    byte_count BIGINT NOT NULL,
    line_count BIGINT NOT NULL,
    is_truncated BOOLEAN NOT NULL,
    PRIMARY KEY (landing_key)
);
COMMENT ON TABLE landing_file IS 'A landing file that was loaded, whole, in one transaction.';
COMMENT ON COLUMN landing_file.landing_key IS 'First 32 hex digits of the SHA-256 of the file''s bytes: the same file is never loaded twice.';
COMMENT ON COLUMN landing_file.name IS 'Folder and name of the file as it was loaded, for instance `bredbandsforum/20231101T060000.jsonl.gz`.';
COMMENT ON COLUMN landing_file.run_id IS 'The run that loaded it [run clock]';
COMMENT ON COLUMN landing_file.loaded_at IS 'When it was loaded [run clock]';
COMMENT ON COLUMN landing_file.byte_count IS 'Size of the file in bytes.';
COMMENT ON COLUMN landing_file.line_count IS 'Lines that the file held, a torn last line included; equals the file''s rows in `outcome`.';
COMMENT ON COLUMN landing_file.is_truncated IS 'Whether the file ended in the middle: its readable lines were loaded, the torn rest is in `quarantine`.';

CREATE TABLE outcome (
    landing_key TEXT NOT NULL,
    line_number BIGINT NOT NULL,
    record TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    post_key TEXT
);
COMMENT ON TABLE outcome IS 'What became of every line of every landing file.';
COMMENT ON COLUMN outcome.landing_key IS 'The landing file.';
COMMENT ON COLUMN outcome.line_number IS 'Line of the file, the first being 1.';
COMMENT ON COLUMN outcome.record IS '`post`, `deletion`, `set_aside`, `incident`, `visit` or `unreadable`.';
COMMENT ON COLUMN outcome.outcome IS '`loaded`, `unchanged`, `revised`, `deleted`, `quarantined`, `incident`, `visit` or `suppressed` (erased before, not stored again).';
COMMENT ON COLUMN outcome.reason IS 'Why, when quarantined: a short code.';
COMMENT ON COLUMN outcome.post_key IS 'The post, when the line was about one.';

CREATE TABLE quarantine (
    landing_key TEXT NOT NULL,
    line_number BIGINT NOT NULL,
    source TEXT,
    url TEXT,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    seen_at TIMESTAMPTZ,
    post_id TEXT,
    raw_line BLOB,
    replayed_at TIMESTAMPTZ
);
COMMENT ON TABLE quarantine IS 'Lines that could not be used for certain, kept with their reason so that they can be replayed.';
COMMENT ON COLUMN quarantine.landing_key IS 'The landing file.';
COMMENT ON COLUMN quarantine.line_number IS 'Line of the file, the first being 1.';
COMMENT ON COLUMN quarantine.source IS 'The source, when the line tells it.';
COMMENT ON COLUMN quarantine.url IS 'The page, when the line tells it.';
COMMENT ON COLUMN quarantine.reason IS 'Short code: `unreadable_line`, `out_of_range`, `line_too_long`, `truncated_file`, or the parser''s own.';
COMMENT ON COLUMN quarantine.detail IS 'One line for a person.';
COMMENT ON COLUMN quarantine.seen_at IS 'When the page was fetched, when the line tells it.';
COMMENT ON COLUMN quarantine.post_id IS 'The place''s own id, when the line tells it.';
COMMENT ON COLUMN quarantine.raw_line IS 'The line''s bytes as they were; the first 64 KiB of a longer one.';
COMMENT ON COLUMN quarantine.replayed_at IS 'When the line was read after all and loaded [run clock]';

CREATE TABLE thread (
    thread_key TEXT NOT NULL,
    source TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    thread_title TEXT NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (thread_key)
);
COMMENT ON TABLE thread IS 'A thread of a source.';
COMMENT ON COLUMN thread.thread_key IS 'Stable key: hash of source and thread_id.';
COMMENT ON COLUMN thread.source IS 'The site or network.';
COMMENT ON COLUMN thread.thread_id IS 'The place''s own id of the thread.';
COMMENT ON COLUMN thread.thread_title IS 'The title when it was last seen.';
COMMENT ON COLUMN thread.first_seen_at IS 'When any of its posts was first fetched.';
COMMENT ON COLUMN thread.seen_at IS 'When any of its posts was last fetched.';

CREATE TABLE post (
    post_key TEXT NOT NULL,
    source TEXT NOT NULL,
    post_id TEXT,
    thread_key TEXT NOT NULL,
    author_key TEXT,
    posted_at TIMESTAMPTZ NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    revision TEXT NOT NULL,
    url TEXT,
    text TEXT,
    edited_at TIMESTAMPTZ,
    reply_to TEXT,
    position BIGINT,
    like_count BIGINT,
    reply_count BIGINT,
    view_count BIGINT,
    language TEXT,
    redactions TEXT[] NOT NULL,
    record_key TEXT NOT NULL,
    PRIMARY KEY (post_key)
);
COMMENT ON TABLE post IS 'A post as it was last seen.';
COMMENT ON COLUMN post.post_key IS 'Stable key: hash of source and post_id.';
COMMENT ON COLUMN post.source IS 'The site or network.';
COMMENT ON COLUMN post.post_id IS 'The place''s own id; null once erased.';
COMMENT ON COLUMN post.thread_key IS 'The thread.';
COMMENT ON COLUMN post.author_key IS 'Keyed pseudonym of the author; a random token once erased or expired.';
COMMENT ON COLUMN post.posted_at IS 'When it was posted, as the page says.';
COMMENT ON COLUMN post.first_seen_at IS 'When we first fetched it.';
COMMENT ON COLUMN post.seen_at IS 'When we last fetched it.';
COMMENT ON COLUMN post.deleted_at IS 'When it was first found to be gone; null while it stands.';
COMMENT ON COLUMN post.revision IS 'The revision that stands: see `post_revision`.';
COMMENT ON COLUMN post.url IS 'Where it can be read; null once erased.';
COMMENT ON COLUMN post.text IS 'The author''s own words, redacted, without quotes; null once erased or expired.';
COMMENT ON COLUMN post.edited_at IS 'When the page says that it was edited.';
COMMENT ON COLUMN post.reply_to IS 'Native id of the post that it answers.';
COMMENT ON COLUMN post.position IS 'Place in the thread, the opening post being 1.';
COMMENT ON COLUMN post.like_count IS 'Likes when last seen.';
COMMENT ON COLUMN post.reply_count IS 'Replies when last seen.';
COMMENT ON COLUMN post.view_count IS 'Views of the thread (or of the post, where the network counts those) when last seen.';
COMMENT ON COLUMN post.language IS 'What the page declares, not what we judged.';
COMMENT ON COLUMN post.redactions IS 'Kinds of personal data taken out, one per removal.';
COMMENT ON COLUMN post.record_key IS 'Hash of the record that this row was taken from: of two seen at the same instant the greater stands.';

CREATE TABLE post_revision (
    post_key TEXT NOT NULL,
    revision TEXT NOT NULL,
    content_key TEXT,
    text TEXT,
    edited_at TIMESTAMPTZ,
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    redactions TEXT[] NOT NULL,
    record_key TEXT NOT NULL,
    PRIMARY KEY (post_key, revision)
);
COMMENT ON TABLE post_revision IS 'What a post has said: one row for each content it has had; nothing is overwritten by an edit.';
COMMENT ON COLUMN post_revision.post_key IS 'The post.';
COMMENT ON COLUMN post_revision.revision IS 'Stable key of the content: the same whatever order files are loaded in.';
COMMENT ON COLUMN post_revision.content_key IS 'Keyed HMAC of own words and quotes before redaction; null once erased.';
COMMENT ON COLUMN post_revision.text IS 'The author''s own words in this revision; null once erased or expired.';
COMMENT ON COLUMN post_revision.edited_at IS 'When the page says that it was edited.';
COMMENT ON COLUMN post_revision.first_seen_at IS 'When this content was first fetched.';
COMMENT ON COLUMN post_revision.last_seen_at IS 'When this content was last fetched.';
COMMENT ON COLUMN post_revision.redactions IS 'Kinds of personal data taken out of this revision.';
COMMENT ON COLUMN post_revision.record_key IS 'Hash of the record that this row was taken from: of two seen at the same instant the greater stands.';

CREATE TABLE quote (
    post_key TEXT NOT NULL,
    revision TEXT NOT NULL,
    quote_number BIGINT NOT NULL,
    text TEXT,
    quoted_post_id TEXT,
    quoted_author_key TEXT,
    PRIMARY KEY (post_key, revision, quote_number)
);
COMMENT ON TABLE quote IS 'Parts of other posts that a post repeats; never the author''s own words.';
COMMENT ON COLUMN quote.post_key IS 'The post that quotes.';
COMMENT ON COLUMN quote.revision IS 'The revision that quotes.';
COMMENT ON COLUMN quote.quote_number IS 'Order in the post, the first being 1.';
COMMENT ON COLUMN quote.text IS 'The quoted words; null once erased or expired.';
COMMENT ON COLUMN quote.quoted_post_id IS 'Native id of the quoted post, where the page tells it.';
COMMENT ON COLUMN quote.quoted_author_key IS 'Pseudonym of the quoted author, where the page tells it.';

CREATE TABLE sighting (
    post_key TEXT NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    revision TEXT NOT NULL,
    posted_at TIMESTAMPTZ NOT NULL,
    like_count BIGINT,
    reply_count BIGINT,
    view_count BIGINT,
    record_key TEXT NOT NULL,
    PRIMARY KEY (post_key, seen_at)
);
COMMENT ON TABLE sighting IS 'Every time that a post was fetched: which revision stood, and the counts that the page showed.';
COMMENT ON COLUMN sighting.post_key IS 'The post.';
COMMENT ON COLUMN sighting.seen_at IS 'When it was fetched.';
COMMENT ON COLUMN sighting.revision IS 'The revision that stood then.';
COMMENT ON COLUMN sighting.posted_at IS 'When it was posted, as the page said then ("2 h ago" grows more exact on a later page).';
COMMENT ON COLUMN sighting.like_count IS 'Likes shown.';
COMMENT ON COLUMN sighting.reply_count IS 'Replies shown.';
COMMENT ON COLUMN sighting.view_count IS 'Views shown.';
COMMENT ON COLUMN sighting.record_key IS 'Hash of the record that this row was taken from: of two seen at the same instant the greater stands.';

CREATE TABLE deletion (
    post_key TEXT NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (post_key, seen_at)
);
COMMENT ON TABLE deletion IS 'Every time that a post was found to be gone from a page that was read whole.';
COMMENT ON COLUMN deletion.post_key IS 'The post.';
COMMENT ON COLUMN deletion.seen_at IS 'When it was found gone.';
COMMENT ON COLUMN deletion.source IS 'The site or network.';

CREATE TABLE visit (
    visit_key TEXT NOT NULL,
    source TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ NOT NULL,
    is_complete BOOLEAN NOT NULL,
    page_count BIGINT NOT NULL,
    post_count BIGINT NOT NULL,
    read_count BIGINT NOT NULL,
    PRIMARY KEY (visit_key)
);
COMMENT ON TABLE visit IS 'Crawls of a source: the evidence of when it was really seen.';
COMMENT ON COLUMN visit.visit_key IS 'Stable key: hash of source and times.';
COMMENT ON COLUMN visit.source IS 'The site or network.';
COMMENT ON COLUMN visit.started_at IS 'When the crawl began.';
COMMENT ON COLUMN visit.finished_at IS 'When the crawl ended.';
COMMENT ON COLUMN visit.is_complete IS 'False when an incident or a budget cut it short.';
COMMENT ON COLUMN visit.page_count IS 'Pages fetched.';
COMMENT ON COLUMN visit.post_count IS 'Posts written.';
COMMENT ON COLUMN visit.read_count IS 'Posts parsed, kept or not.';

CREATE TABLE incident (
    incident_key TEXT NOT NULL,
    source TEXT NOT NULL,
    url TEXT NOT NULL,
    cause TEXT NOT NULL,
    detail TEXT NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (incident_key)
);
COMMENT ON TABLE incident IS 'Pages that did not give what they should have.';
COMMENT ON COLUMN incident.incident_key IS 'Stable key: hash of the incident''s fields.';
COMMENT ON COLUMN incident.source IS 'The site or network.';
COMMENT ON COLUMN incident.url IS 'The page.';
COMMENT ON COLUMN incident.cause IS '`dns`, `timeout`, `refused`, `robots`, `challenge`, `login_wall`, `site_changed`, `http_error` or `truncated`.';
COMMENT ON COLUMN incident.detail IS 'One line for a person.';
COMMENT ON COLUMN incident.seen_at IS 'When it happened.';

CREATE TABLE erasure (
    subject_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    erased_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (subject_key)
);
COMMENT ON TABLE erasure IS 'What has been erased and is not stored again when it is crawled again; hashes only.';
COMMENT ON COLUMN erasure.subject_key IS 'Key of the post, or a hash of the author''s pseudonym.';
COMMENT ON COLUMN erasure.kind IS '`post` or `author`.';
COMMENT ON COLUMN erasure.erased_at IS 'When it was erased [run clock]';
