"""Commands of people's labels: what a person says of a post wins over every model, and teaches the next one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, say, show
from flows.config import load
from flows.errors import UsageError

label_app = typer.Typer(
    help="What people say of posts: it wins over every model, is never overwritten, and is training data.",
    no_args_is_help=True,
)
PostArgument = Annotated[str, typer.Argument(metavar="POST", help="Key of the post, or its address.")]
ByOption = Annotated[str, typer.Option("--by", help="Your name: it stands beside what you say.")]
SHOWN_CHARS = 140


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(label_app, name="label")


@label_app.command("set")
def label_set(
    post: PostArgument,
    by: ByOption,
    sentiment: Annotated[str | None, typer.Option(help="negative, neutral or positive, toward the company.")] = None,
    topics: Annotated[str | None, typer.Option(help="All topics that it has, by code, with commas between.")] = None,
    relevant: Annotated[bool | None, typer.Option("--relevant/--irrelevant", help="Is it about the company?")] = None,
    stance: Annotated[
        list[str] | None,
        typer.Option(metavar="CLAIM=STANCE", help="support, deny, query, comment or unrelated; repeatable."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Say what a post is. Earlier labels stay on record; take one back with `label undo`."""
    from flows.labels import set_labels
    from flows.paths import open_ledger
    from warehouse.reviewing import find_post

    with open_ledger(load(config)) as con:
        count = set_labels(
            con,
            find_post(con, post),
            by=by,
            at=datetime.now(UTC),
            relevant=relevant,
            sentiment=sentiment,
            topics=[topic.strip() for topic in topics.split(",") if topic.strip()] if topics else (),
            stances=_stances(stance or ()),
        )
    say(f"{count} {'answer' if count == 1 else 'answers'} on record for {post}, says {by}.")


@label_app.command("undo")
def label_undo(
    post: PostArgument,
    by: ByOption,
    task: Annotated[str | None, typer.Option(help="relevance, sentiment, topic, stance, match; else the last.")] = None,
    claim: Annotated[str | None, typer.Option(help="The claim, for stance and match.")] = None,
    config: ConfigOption = None,
) -> None:
    """Take back the last label of a post: what was held before holds again."""
    from flows.claims import take_back
    from flows.paths import open_ledger
    from warehouse.reviewing import find_post

    with open_ledger(load(config)) as con:
        undone = take_back(con, find_post(con, post), by=by, at=datetime.now(UTC), task=task, claim_id=claim)
    said = ", ".join(label for _, _, label, _ in undone)
    say(f"Taken back: {undone[0][0]} {said}{f' to {undone[0][1]}' if undone[0][1] else ''}, said by {undone[0][3]}.")


@label_app.command("list")
def label_list(post: PostArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List all that people have said of a post, newest first, and what was taken back."""
    from flows.paths import open_ledger
    from warehouse.reviewing import find_post, judgements_of

    with open_ledger(load(config)) as con:
        found = judgements_of(con, find_post(con, post))
    if as_json:
        emit(found)
    else:
        columns = ["task", "claim_id", "label", "judged_by", "judged_at", "undone_by"]
        show(columns, [[row[name] for name in columns] for row in found])


@label_app.command("review")
def label_review(
    limit: Annotated[int, typer.Option(min=1, max=500, help="Most posts to list.")] = 20,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the posts that the models are least sure of, most telling first; posts that say the same come once."""
    from flows.labels import to_review
    from flows.paths import open_ledger

    with open_ledger(load(config)) as con:
        found = to_review(con, limit=limit)
    if as_json:
        emit([asdict(post) for post in found])
    else:
        questions = ("relevance", "sentiment", "topic", "stance")
        rows = [
            (
                p.post_key,
                *(f"{getattr(p, name):.2f}" for name in questions),
                p.claim_id,
                " ".join(p.text.split())[:SHOWN_CHARS],
            )
            for p in found
        ]
        show(["post", *questions, "claim", "text"], rows)


@label_app.command("export")
def label_export(
    out: Annotated[Path, typer.Option("--out", "-o", help="Posts, one JSON object a line, as training/data has them.")],
    claims_out: Annotated[Path | None, typer.Option(help="The claims that they are about.")] = None,
    config: ConfigOption = None,
) -> None:
    """Write what people have said as training data: the posts, and the claims beside them."""
    from flows.labels import training_rows
    from flows.paths import open_ledger

    settings = load(config)
    with open_ledger(settings) as con:
        posts, claims = training_rows(con, company=settings.company.name)
    beside = claims_out or out.with_name(f"{out.stem}_claims.jsonl")
    _write(out, posts)
    _write(beside, claims)
    say(f"{len(posts)} posts -> {out}, {len(claims)} claims -> {beside}")


def _flat(text: str) -> str:
    return " ".join(text.split())[:SHOWN_CHARS]


def _stances(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in given:
        claim, equals, stance = text.partition("=")
        if not (claim.strip() and equals and stance.strip()):
            raise UsageError(f"--stance {text}: write CLAIM=STANCE, for instance om-brevet=deny")
        found[claim.strip()] = stance.strip()
    return found


def _write(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    from flows.steps.digest import write_whole

    write_whole(file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
