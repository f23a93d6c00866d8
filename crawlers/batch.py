"""From the events of a stream to the records of a landing file: which posts are kept, changed and gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawlers.engines.bluesky_record import is_members_only, quoted_uri, read_post, root_of, text_of
from crawlers.engines.reading import UnreadablePostError
from crawlers.engines.stream import AccountEvent, Event, PostEvent, ProfileEvent, UntoldEvent
from crawlers.health import Tally
from crawlers.heard import Heard, HeardPost
from crawlers.model import ParsedPost
from crawlers.pseudonym import IsErased, Place, Redact, author_key, content_key, to_post
from crawlers.stamps import stamp
from warehouse.records import Deletion, Incident, Post, Record, SetAside

TITLE_LENGTH = 80
AWAY = ("", "takendown", "suspended", "deleted", "deactivated")
"""What takes an account's posts off the network; all else that makes one inactive is the servers' own trouble."""


@dataclass(slots=True, kw_only=True)
class Batch:
    """What was heard since the last landing file."""

    source: str
    url: str
    secret: bytes = field(repr=False)
    is_mention: Callable[[str], bool]
    redact: Redact | None
    heard: Heard
    clock: Callable[[], datetime]
    is_erased: IsErased | None = None
    records: list[Record] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    untold: Counter[str] = field(default_factory=Counter)
    """What the stream would not say, or said in a way that nobody can read, by the reason."""
    post_count: int = 0
    is_complete: bool = True
    tally: Tally = field(default_factory=Tally)

    def take(self, event: Event) -> None:
        """Take in one event. One that was handled before changes nothing."""
        if isinstance(event, PostEvent):
            self._take_post(event)
        elif isinstance(event, ProfileEvent):
            self._take_profile(event)
        elif isinstance(event, AccountEvent):
            self._take_account(event)
        elif isinstance(event, UntoldEvent):
            self._take_untold(event)

    def report(self, cause: str, detail: str) -> None:
        """Record an incident."""
        incident = Incident(source=self.source, url=self.url, cause=cause, detail=detail, seen_at=self.clock())
        self.incidents.append(incident)
        self.records.append(incident)

    def close(self) -> None:
        """Record what the stream would not say."""
        for reason, count in (+self.untold).items():
            self.report("truncated", f"{count} events could not be read: {reason}")
        self.untold.clear()

    def _take_post(self, event: PostEvent) -> None:
        if self._was_erased(event):
            return
        known = self.heard.post(event.uri)
        if known and event.rev <= known.rev:
            return
        if event.operation == "delete":
            if known:
                self._delete(event.uri, replace(known, rev=event.rev, heard_at=stamp(event.at)))
            return
        is_mention = self._is_mention(event)
        if not (known or is_mention or self.heard.title(root_of(event)) is not None):
            return
        if is_members_only(event.record) or self.heard.is_members_only(self._key(event.did)):
            if known:
                self._delete(event.uri, replace(known, rev=event.rev, heard_at=stamp(event.at)))
            return
        try:
            parsed = read_post(event)
        except UnreadablePostError as error:
            self._set_aside(event, error)
        else:
            self._keep(event, parsed, known, is_mention=is_mention)

    def _is_mention(self, event: PostEvent) -> bool:
        """Return whether a post names the company, or quotes a post that does."""
        if self.is_mention(text_of(event.record)):
            return True
        quoted = self.heard.post(uri) if (uri := quoted_uri(event.record)) else None
        return quoted is not None and quoted.is_mention

    def _keep(self, event: PostEvent, parsed: ParsedPost, known: HeardPost | None, *, is_mention: bool) -> None:
        key, root = content_key(self.secret, parsed.text, parsed.quoted), root_of(event)
        now = HeardPost(thread_id=root, content_key=key, rev=event.rev, heard_at=stamp(event.at), is_mention=is_mention)
        is_there = known is not None and not known.is_gone
        if known and is_there and (event.operation == "create" or key == known.content_key):
            # A crawl was quicker, or the edit changed nothing that we keep.
            self.heard.keep(event.uri, replace(now, content_key=known.content_key))
            return
        title = self.heard.title(root)
        post = self._write(parsed, root, _first_line(parsed.text) if root == event.uri else title or "")
        self.tally.hear(parsed, at=self.clock(), is_new=known is None)
        self.heard.keep(event.uri, now)
        has_more = title is None and (root != event.uri or bool(parsed.quoted))
        self.heard.keep_thread(root, post.thread_title, is_unread=has_more)

    def _write(self, parsed: ParsedPost, thread_id: str, title: str) -> Post:
        place = Place(
            source=self.source,
            thread_id=thread_id,
            thread_title=title,
            thread_views=None,
            secret=self.secret,
            redact=self.redact,
            is_erased=self.is_erased,
        )
        post = to_post(parsed, place, seen_at=self.clock())
        self.records.append(post)
        self.post_count += 1
        return post

    def _set_aside(self, event: PostEvent, error: UnreadablePostError) -> None:
        self.tally.set_aside_count += 1
        self.records.append(
            SetAside(
                source=self.source,
                url=event.uri,
                reason=error.reason,
                detail=str(error),
                seen_at=self.clock(),
                post_id=event.uri,
            )
        )

    def _delete(self, uri: str, known: HeardPost) -> None:
        if not known.is_gone:
            self.records.append(Deletion(source=self.source, post_id=uri, seen_at=self.clock()))
        self.heard.keep(uri, replace(known, is_gone=True))

    def _take_profile(self, event: ProfileEvent) -> None:
        key = self._key(event.did)
        if event.is_members_only == self.heard.is_members_only(key):
            return
        self.heard.news.authors[key] = event.is_members_only
        if event.is_members_only:
            self._delete_all_of(event)

    def _take_account(self, event: AccountEvent) -> None:
        if not event.is_active and event.status in AWAY:
            self._delete_all_of(event)

    def _take_untold(self, event: UntoldEvent) -> None:
        """Have a crawl look at the threads of an author who has changed we know not what."""
        kept = self.heard.posts_of(event.did)
        self.untold[event.reason] += event.is_loss or bool(kept)
        for post in kept.values():
            self.heard.keep_thread(post.thread_id, "", is_unread=True)

    def _delete_all_of(self, event: AccountEvent | ProfileEvent) -> None:
        # What the author wrote since stays: the event may be one that is sent again.
        for uri, post in self.heard.posts_of(event.did, until=stamp(event.at)).items():
            self._delete(uri, post)

    def _was_erased(self, event: PostEvent) -> bool:
        if self.is_erased is None:
            return False
        source = self.source
        return self.is_erased("post", source, event.uri) or self.is_erased("author", source, self._key(event.did))

    def _key(self, did: str) -> str:
        return author_key(self.secret, self.source, did)


def _first_line(text: str) -> str:
    return text.split("\n")[0][:TITLE_LENGTH]
