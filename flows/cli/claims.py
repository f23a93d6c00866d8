"""Commands on claims beyond the ledger: candidates, matches to confirm or reject, wordings, claims to let go."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from flows.cli.ledger import ByOption, IdArgument, check_id, check_segments, claim_app
from flows.cli.shared import ConfigOption, JsonOption, emit, say, show
from flows.config import load
from flows.errors import UsageError

ClusterArgument = Annotated[str, typer.Argument(metavar="ID", help="The candidate, as `claim candidates` names it.")]
PostsArgument = Annotated[list[str], typer.Argument(metavar="POST...", help="Keys or addresses of posts.")]
SHOWN_CHARS = 160
UNSIGNED = "unsigned"


def register(app: typer.Typer) -> None:
    """Hang this module's commands on `claim`, which the ledger has added."""
    for name, command in (
        ("candidates", candidates),
        ("accept", accept),
        ("dismiss", dismiss),
        ("matches", matches),
        ("suggestions", suggestions),
        ("confirm", confirm),
        ("reject", reject),
        ("edit", edit),
        ("remove", remove),
        ("restore", restore),
    ):
        claim_app.command(name)(command)


def candidates(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List what spreads and no claim explains, the fastest growing first. Make a claim of one: claim accept."""
    from flows.paths import open_ledger
    from warehouse.clusters import list_candidates

    with open_ledger(load(config)) as con:
        found = list_candidates(con, now=datetime.now(UTC))
    if as_json:
        emit([asdict(candidate) for candidate in found])
        return
    rows = [
        (
            c.cluster_id,
            c.post_count,
            c.author_count,
            f"{c.posts_24h} ({c.posts_before})",
            ", ".join(c.terms),
            _flat(c.text),
        )
        for c in found
    ]
    show(["id", "posts", "authors", "last 24 h (24 h before)", "words", "most central post"], rows)


def accept(
    cluster_id: ClusterArgument,
    statement: Annotated[str, typer.Option(help="What people say, in one sentence.")],
    truth: Annotated[str, typer.Option(help="What is true instead, as you would publish it.")] = "",
    claim_id: Annotated[str | None, typer.Option("--id", help="Its short name; else made of the statement.")] = None,
    verdict: Annotated[str | None, typer.Option(help="unverified, disputed, false or true; needs --by.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Your name: it stands beside what you decide.")] = None,
    true_for: Annotated[list[str] | None, typer.Option(help="Segment that it is really true for; repeatable.")] = None,
    config: ConfigOption = None,
) -> None:
    """Make a claim of a candidate: its posts are matches at once, and its alert goes on as the claim's."""
    from flows.claims import accept as make
    from flows.desk import open_desk
    from warehouse.ledger import VERDICTS

    settings = load(config)
    if claim_id is not None:
        check_id(claim_id)
    check_segments(settings, true_for or ())
    if verdict is not None and (by is None or verdict not in VERDICTS):
        raise UsageError(f"--verdict: one of {', '.join(VERDICTS)}, and only a named person sets it: add --by NAME")
    if not statement.strip():
        raise UsageError("--statement: is empty; write what people say, in one sentence")
    with open_desk(settings) as desk:
        made = make(
            desk,
            cluster_id,
            statement=statement.strip(),
            truth=truth,
            claim_id=claim_id,
            verdict=verdict,
            by=by or UNSIGNED,
            segments=true_for or (),
        )
    say(f"Following {made.claim_id}: {made.post_count} posts are on it. Undo: ryktesvakt claim remove {made.claim_id}")


def dismiss(
    cluster_id: ClusterArgument,
    by: Annotated[str, typer.Option("--by", help="Your name: it stands beside what you decide.")] = UNSIGNED,
    undo: Annotated[bool, typer.Option("--undo", help="It is a candidate after all.")] = False,
    config: ConfigOption = None,
) -> None:
    """Put a candidate aside: it is no claim. Its posts stay, and it is not watched any more."""
    from flows.paths import open_ledger
    from warehouse.clusters import decide_cluster

    with open_ledger(load(config)) as con:
        decide_cluster(con, cluster_id, "candidate" if undo else "dismissed", by=by, at=datetime.now(UTC))
    say(f"{cluster_id}: {'a candidate again' if undo else 'dismissed'}, says {by}.")


def matches(
    claim_id: IdArgument,
    limit: Annotated[int, typer.Option(min=1, help="Most posts to list.")] = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the posts that count as being about a claim, with the words that matched, nearest first."""
    _list("auto", claim_id, limit, config, as_json)


def suggestions(
    claim_id: Annotated[str | None, typer.Argument(help="Of this claim alone.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most posts to list.")] = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the posts that may be about a claim and wait for a person, nearest first. Then: claim confirm, or reject."""
    _list("suggest", claim_id, limit, config, as_json)


def confirm(claim_id: IdArgument, posts: PostsArgument, by: ByOption, config: ConfigOption = None) -> None:
    """Say that posts are about a claim: they count at once, and their words find others from the next pass on."""
    _decide(claim_id, posts, by, config, is_about=True)


def reject(claim_id: IdArgument, posts: PostsArgument, by: ByOption, config: ConfigOption = None) -> None:
    """Say that posts are not about a claim: no model counts them again. Undo: label undo POST --task match."""
    _decide(claim_id, posts, by, config, is_about=False)


def edit(
    claim_id: IdArgument,
    statement: Annotated[str | None, typer.Option(help="What people say, in one sentence.")] = None,
    truth: Annotated[str | None, typer.Option(help="What is true instead, as you would publish it.")] = None,
    true_for: Annotated[list[str] | None, typer.Option(help="Segments that it is really true for, all.")] = None,
    paraphrase: Annotated[list[str] | None, typer.Option(help="Another way it is said; repeatable.")] = None,
    config: ConfigOption = None,
) -> None:
    """Change how a claim is worded: the next pass holds it against all posts anew; what people confirmed stays."""
    from flows.claims import require_claim
    from flows.paths import open_ledger
    from warehouse.ledger import add_paraphrases, put_claim

    settings = load(config)
    check_segments(settings, true_for or ())
    if statement is None and truth is None and true_for is None and paraphrase is None:
        raise UsageError("say what to change: --statement, --truth, --true-for or --paraphrase")
    with open_ledger(settings) as con:
        claim = require_claim(con, claim_id)
        changes: dict[str, Any] = {"statement": statement, "truth": truth}
        changes["segments"] = tuple(true_for) if true_for is not None else None
        put_claim(con, replace(claim, paraphrases=(), **{k: v for k, v in changes.items() if v is not None}))
        add_paraphrases(con, claim_id, paraphrase or (), at=datetime.now(UTC))
    say(f"{claim_id} is changed. The next pass holds it against all posts.")


def remove(claim_id: IdArgument, by: ByOption, config: ConfigOption = None) -> None:
    """Follow a claim no more: it leaves digests and tables, past mornings keep it. Undo: claim restore."""
    from flows.claims import remove as let_go
    from flows.paths import open_ledger

    with open_ledger(load(config)) as con:
        let_go(con, claim_id, by=by, at=datetime.now(UTC))
    say(f"{claim_id} is followed no more, says {by}. Undo: ryktesvakt claim restore {claim_id} --by NAME")


def restore(claim_id: IdArgument, by: ByOption, config: ConfigOption = None) -> None:
    """Follow a claim again that was removed."""
    from flows.paths import open_ledger
    from warehouse.ledger import follow

    with open_ledger(load(config)) as con:
        follow(con, claim_id, is_followed=True, by=by, at=datetime.now(UTC))
    say(f"Following {claim_id} again, says {by}.")


def _list(tier: str, claim_id: str | None, limit: int, config: Any, as_json: bool) -> None:
    from flows.claims import require_claim
    from flows.paths import open_ledger
    from warehouse.matches import list_matches

    with open_ledger(load(config)) as con:
        if claim_id is not None:
            require_claim(con, claim_id)
        found = list_matches(con, claim_id=claim_id, tier=tier, limit=limit)
    if as_json:
        emit([{**asdict(one), "span": one.text[one.span_start : one.span_end]} for one in found])
        return
    rows = [
        (
            one.post_key,
            one.claim_id,
            one.stance,
            one.score_embedding,
            one.score_lexical,
            one.judged_by,
            _flat(_span(one)),
        )
        for one in found
    ]
    show(["post", "claim", "stance", "meaning", "words", "confirmed by", "what matched"], rows)


def _span(one: Any) -> str:
    return str(one.text[one.span_start : one.span_end] or one.text)


def _decide(claim_id: str, posts: list[str], by: str, config: Any, *, is_about: bool) -> None:
    from flows.claims import decide_match
    from flows.paths import open_ledger
    from warehouse.reviewing import find_post

    with open_ledger(load(config)) as con:
        keys = [find_post(con, post) for post in posts]
        count = decide_match(con, claim_id, keys, is_about=is_about, by=by, at=datetime.now(UTC))
    said = "confirmed as" if is_about else "rejected as"
    say(f"{count} {'post' if count == 1 else 'posts'} {said} about {claim_id}, says {by}.")


def _flat(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN_CHARS else flat[: SHOWN_CHARS - 2] + " …"
