"""Commands of the ledger: claims and their verdicts, mailings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, say, show
from flows.config import load
from flows.errors import UsageError
from flows.settings import Config
from warehouse.records import Claim, Mailing

claim_app = typer.Typer(help="Claims that are followed, and what is true instead.", no_args_is_help=True)
mailing_app = typer.Typer(help="Letters and messages that the company has sent.", no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(help="Short name: letters, digits and hyphens.")]
ByOption = Annotated[str, typer.Option("--by", help="Your name: it stands beside what you decide.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(claim_app, name="claim")
    app.add_typer(mailing_app, name="mailing")


@claim_app.command("add")
def claim_add(
    claim_id: IdArgument,
    statement: Annotated[str, typer.Option(help="What people say, in one sentence.")],
    truth: Annotated[str, typer.Option(help="What is true instead, as you would publish it.")],
    true_for: Annotated[list[str] | None, typer.Option(help="Segment that it is really true for; repeatable.")] = None,
    paraphrase: Annotated[list[str] | None, typer.Option(help="Another way it is said; repeatable.")] = None,
    config: ConfigOption = None,
) -> None:
    """Follow a claim from now on. Its verdict is unverified until a person sets it."""
    from flows.paths import open_ledger
    from warehouse.ledger import list_claims, put_claim

    check_id(claim_id)
    settings = load(config)
    check_segments(settings, true_for or ())
    with open_ledger(settings) as con:
        known = {claim.claim_id: claim for claim in list_claims(con)}.get(claim_id)
        put_claim(
            con,
            Claim(
                claim_id=claim_id,
                statement=statement,
                truth=truth,
                created_at=known.created_at if known else datetime.now(UTC),
                segments=tuple(true_for or ()),
                paraphrases=tuple(paraphrase or ()),
            ),
        )
    say(f"Following {claim_id}. The next pass holds it against all posts. Set its verdict: ryktesvakt claim verdict")


@claim_app.command("verdict")
def claim_verdict(
    claim_id: IdArgument,
    verdict: Annotated[str, typer.Argument(help="unverified, disputed, false or true")],
    by: ByOption,
    config: ConfigOption = None,
) -> None:
    """Set a claim's verdict, signed by a person; earlier verdicts stay on record."""
    from flows.paths import open_ledger
    from warehouse.ledger import set_verdict

    with open_ledger(load(config)) as con:
        set_verdict(con, claim_id, verdict, by=by, at=datetime.now(UTC))
    say(f"{claim_id}: {verdict}, says {by}.")


@claim_app.command("list")
def claim_list(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the claims that are followed."""
    from flows.paths import open_ledger
    from warehouse.ledger import list_claims

    with open_ledger(load(config)) as con:
        claims = list_claims(con)
    if as_json:
        emit([asdict(claim) for claim in claims])
    else:
        show(["id", "statement", "verdict", "by"], [(c.claim_id, c.statement, c.verdict, c.verdict_by) for c in claims])


@claim_app.command("uptake")
def claim_uptake(
    claim_id: Annotated[str | None, typer.Argument(help="One claim; all when left out.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how each claim's correction is taken up: denials for each support, and the time until they drew level."""
    from earlywarning.uptake import uptake
    from flows.paths import open_ledger
    from warehouse.ledger import list_claims
    from warehouse.watching import matched_posts

    now = datetime.now(UTC)
    with open_ledger(load(config)) as con:
        known = [claim.claim_id for claim in list_claims(con) if claim_id in (None, claim.claim_id)]
        posts = matched_posts(con, now=now)
    if claim_id and not known:
        raise UsageError(f"{claim_id}: no such claim; `ryktesvakt claim list` shows them")
    found = {
        name: uptake([(p.posted_at, p.author_key, p.stance) for p in posts if p.claim_id == name], now=now)
        for name in known
    }
    if as_json:
        emit([{"claim_id": name, **asdict(one), "hours_to_parity": one.hours_to_parity} for name, one in found.items()])
        return
    columns = ["claim", "support", "query", "deny", "deny/support", "last 72 h", "hours to parity"]
    rows = [
        (
            name,
            u.support_count,
            u.query_count,
            u.deny_count,
            *_decimals(u.deny_ratio, u.deny_ratio_72h, u.hours_to_parity),
        )
        for name, u in found.items()
    ]
    show(columns, rows)


@mailing_app.command("add")
def mailing_add(
    text: Annotated[Path, typer.Argument(help="The letter's text, UTF-8.")],
    segment: Annotated[str, typer.Option(help="Segment that it goes to.")],
    channel: Annotated[str, typer.Option(help="letter_first, letter_economy, email, sms, thread_post, web, ...")],
    sent: Annotated[datetime, typer.Option(help="When it was handed over, local time unless an offset is given.")],
    corrects: Annotated[str | None, typer.Option(help="Claim that it corrects.")] = None,
    recipients: Annotated[int | None, typer.Option(min=1, help="Recipients; the whole segment when left out.")] = None,
    mailing_id: Annotated[str | None, typer.Option("--id", help="Its name; made from date and file otherwise.")] = None,
    config: ConfigOption = None,
) -> None:
    """Register a mailing with its text: a quote of it in a forum is then known for what it is."""
    from flows.paths import open_ledger, segments_of
    from warehouse.ledger import put_mailings, put_segments

    settings = load(config)
    sizes = {entry.id: entry.customers for entry in settings.segment}
    if segment not in sizes:
        raise UsageError(f"--segment {segment}: no such segment; known: {', '.join(sorted(sizes))}")
    with open_ledger(settings) as con:
        at = sent if sent.tzinfo else sent.replace(tzinfo=ZoneInfo(settings.delivery.timezone))
        name = mailing_id or f"{at:%Y-%m-%d}-{re.sub(r'[^a-z0-9]+', '-', text.stem.lower()).strip('-')}"
        check_id(name)
        mailing = Mailing(
            mailing_id=name,
            channel=channel,
            segment=segment,
            recipient_count=recipients or sizes[segment],
            sent_at=at,
            text=read_letter(text),
            corrects=corrects,
        )
        put_segments(con, segments_of(settings))
        put_mailings(con, [mailing])
    say(f"Registered {name}: {mailing.recipient_count} recipients in {segment} by {channel}.")


@mailing_app.command("list")
def mailing_list(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the mailings, oldest first."""
    from flows.paths import open_ledger
    from warehouse.ledger import list_mailings

    with open_ledger(load(config)) as con:
        found = list_mailings(con)
    if as_json:
        emit([asdict(mailing) for mailing in found])
    else:
        columns = ["id", "channel", "segment", "recipients", "sent at", "corrects"]
        rows = [(m.mailing_id, m.channel, m.segment, m.recipient_count, m.sent_at, m.corrects) for m in found]
        show(columns, rows)


def read_letter(file: Path) -> str:
    """Return a mailing's text. Raises UsageError when there is none to read."""
    try:
        found = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 text; save the letter as plain text in UTF-8") from error
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}; name the file with the letter's text") from error
    if not found.strip():
        raise UsageError(f"{file}: is empty; a quote can only be known by the letter's words")
    return found


def _decimals(*values: float | None) -> tuple[str, ...]:
    return tuple("" if value is None else f"{value:.2f}" for value in values)


def check_segments(settings: Config, names: Iterable[str]) -> None:
    """Raise UsageError when a segment is not in the configuration."""
    known = {segment.id for segment in settings.segment}
    if unknown := sorted(set(names) - known):
        raise UsageError(f"--true-for {', '.join(unknown)}: no such segment; known: {', '.join(sorted(known))}")


def check_id(text: str) -> None:
    """Raise UsageError when a name is not a short one of lower-case letters, digits and hyphens."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", text):
        raise UsageError(f"{text!r}: an id is lower-case letters, digits and hyphens, at most 64")
