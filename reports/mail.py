"""Mails as their recipients' programs want them: text, HTML and pictures in one; headers that no text can break."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from markupsafe import Markup, escape

from reports.board.speech import Speech
from reports.charts import Picture
from reports.digest import render_mail
from reports.digest_contents import EVERYTHING, speech_of
from reports.headline import State, state_of, waiting
from reports.swedish import clipped
from warehouse.records import Digest

MOST_HTML_BYTES = 100_000
"""Gmail cuts a mail off at 102 kB."""
LONGEST_SUBJECT = 120
LONGEST_STATEMENT = 60


def digest_mail(
    digest: Digest,
    *,
    language: str,
    sender: str,
    recipient: str,
    board_url: str | None = None,
    unchanged_since: date | None = None,
) -> EmailMessage:
    """Return a day's digest as a mail. Sent again it is the same mail: nothing in it depends on when it is built."""
    pictures: dict[str, Picture] = {}
    key = mail_key("digest", digest.company, digest.day.isoformat(), sender)

    def draw(picture: Picture) -> Markup:
        pictures[picture.name] = picture
        return picture_tag(picture, key)

    limits = EVERYTHING
    while True:
        text, html = render_mail(
            digest,
            language=language,
            draw=draw,
            limits=limits,
            board_url=board_url,
            unchanged_since=unchanged_since,
        )
        if len(html.encode()) < MOST_HTML_BYTES or limits == limits.halved():
            break
        limits, pictures = limits.halved(), {}
    speech = speech_of(digest, language)
    return a_mail(
        key=key,
        sender=sender,
        recipient=recipient,
        subject=digest_subject(digest, speech, is_unchanged=unchanged_since is not None),
        at=digest.generated_at,
        text=text,
        html=html,
        pictures=pictures,
    )


def digest_subject(digest: Digest, speech: Speech, *, is_unchanged: bool = False) -> str:
    """Return what a digest's mail is called: the state first, and the claim that it is about."""
    top: State = state_of(digest, speech, scope="digest")
    day = speech.short_day(digest.day)
    statement = _statement(digest)
    if is_unchanged:
        said = speech.t("mail.subject_unchanged", word=top.word, company=digest.company, day=day)
    elif statement:
        said = speech.t("mail.subject_about", word=top.word, statement=statement, company=digest.company, day=day)
    else:
        said = speech.t("mail.subject", word=top.word, company=digest.company, day=day)
    return speech.t("mail.simulation", subject=said) if digest.is_simulation else said


def _statement(digest: Digest) -> str:
    """Return the statement of the claim that the worst open alert is about, cut; empty where it is about none."""
    subjects = [alert.subject_id for alert in waiting(digest.alerts) if alert.kind != "silence"][:1]
    found = [u.claim.statement for u in digest.claims if u.claim.claim_id in subjects]
    return clipped(found[0], LONGEST_STATEMENT).rstrip(".") if found else ""


def a_mail(
    *,
    key: str,
    sender: str,
    recipient: str,
    subject: str,
    at: datetime,
    text: str,
    html: str | None = None,
    pictures: Mapping[str, Picture] | None = None,
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """Return a mail whose bytes depend on what is given alone: `key` names it, in its Message-ID and its boundaries."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = address(sender)
    mail["To"] = address(recipient)
    mail["Subject"] = harmless_header(subject)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{key}@{_domain(sender)}>"
    # No machine answers: absences stay with those who set them. Recipients stand in the settings, so that there is
    # nothing to unsubscribe from, and no List-Unsubscribe.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    for name, value in (headers or {}).items():
        mail[name] = harmless_header(value)
    mail.set_content(text, cte="quoted-printable")
    if html is not None:
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
        body = list(mail.iter_parts())[-1]
        for picture in (pictures or {}).values():
            body.add_related(
                picture.png(),
                maintype="image",
                subtype="png",
                cid=f"<{content_id(picture, key)}>",
                filename=f"{picture.name}.png",
                disposition="inline",
            )
    _settle_boundaries(mail, key)
    return mail


def picture_tag(picture: Picture, key: str) -> Markup:
    """Return the tag that shows a picture that lies beside the HTML."""
    return Markup(f'<img src="cid:{content_id(picture, key)}" alt="{escape(picture.alt)}" width="580" class="drawn">')  # noqa: S704 - our own names, and the text beside it escaped


def content_id(picture: Picture, key: str) -> str:
    """Return the name that a mail's HTML finds a picture by."""
    return f"{picture.name}.{key}@ryktesvakt"


def mail_key(kind: str, *parts: str) -> str:
    """Return the name of a mail: the same whenever it is built again, another for every other mail."""
    return f"{kind}.{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:24]}"


def harmless_header(text: str) -> str:
    """Return a text as one line of a header: without breaks, signs that turn the direction, unseen or encoded ones."""
    kept = (sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    # `=?` begins an encoded word: it would be read as what it encodes, whatever that is.
    return clipped(" ".join("".join(kept).split()).replace("=?", "= ?"), LONGEST_SUBJECT)


def address(given: str) -> Address:
    """Return `Name <a@b.se>` or `a@b.se` as an address. Raises ValueError for anything else."""
    name, spec = parseaddr(given)
    if not spec or spec.count("@") != 1 or not spec.isprintable() or " " in spec or not given.isprintable():
        raise ValueError(f"{given!r} is no mail address; write it like name@example.se")
    return Address(display_name=name, addr_spec=spec)


def masked(recipients: Iterable[str]) -> list[str]:
    """Return addresses as logs and tables may hold them: `a…@example.se`."""
    return [f"{address(one).username[:1]}…@{address(one).domain}" for one in recipients]


def _domain(sender: str) -> str:
    return address(sender).domain


def _settle_boundaries(mail: MIMEPart, key: str) -> None:
    """Give each part that holds parts a boundary of its own: left alone, every flattening would draw another."""
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{key}.{number}")
