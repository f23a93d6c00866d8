"""Commands on the published tables: query, export, erase."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, rows_as_json, say, show, warn
from flows.config import load
from flows.errors import UsageError


class Format(StrEnum):
    """What `export` writes."""

    parquet = "parquet"
    csv = "csv"


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(sql)
    app.command()(export)
    app.command()(search)
    app.command()(erase)
    app.command("rotate-key")(rotate_key)


def sql(
    query: Annotated[str, typer.Argument(help="SQL over the published snapshot; it can only read.")],
    limit: Annotated[int, typer.Option(min=1, help="Most rows to print.")] = 1000,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Query the published snapshot. Tables and views: docs/schema.md."""
    from flows.paths import paths_of
    from warehouse.query import run_sql

    found = run_sql(paths_of(load(config)).published, query, limit=limit)
    if as_json:
        emit(rows_as_json(found.columns, found.rows))
    else:
        show(found.columns, found.rows)
    if found.is_cut:
        warn(f"only the first {limit} rows; raise --limit, or use export for all")


def search(
    words: Annotated[str, typer.Argument(help="Words; a post must hold each of them, in any form.")],
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only posts from this day (UTC) on, as 2023-10-02.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most posts to print.")] = 20,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find posts in the published snapshot by Swedish words in any form. Example: ryktesvakt search "brev avgift"."""
    from flows.paths import paths_of
    from warehouse.search import MOST_READ
    from warehouse.search import search as find

    after = since.replace(tzinfo=UTC) if since else None
    found = find(paths_of(load(config)).published, words, source=source, posted_after=after, limit=limit)
    if as_json:
        emit([asdict(hit) for hit in found.hits])
    else:
        columns = ("posted_at", "source", "thread_title", "text", "url")
        show(columns, [tuple(getattr(hit, name) for name in columns) for hit in found.hits])
    if found.is_cut:
        warn(f"only the newest {MOST_READ} posts with these words were weighed; add a word, --source or --since")


def export(
    query: Annotated[str, typer.Argument(help="A query, or the name of a table or view.")],
    out: Annotated[Path, typer.Option("--out", "-o")],
    format: Annotated[Format | None, typer.Option(help="Told from the file's name when left out.")] = None,
    config: ConfigOption = None,
) -> None:
    """Write a query's whole answer to Parquet or CSV; in CSV no cell can run as a formula."""
    from flows.paths import paths_of
    from warehouse.query import export as write

    chosen = format or next((f for f in Format if out.suffix == f".{f}"), None)
    if chosen is None:
        raise UsageError(f"--out {out}: name it .parquet or .csv, or give --format")
    text = f'FROM "{query}"' if query.isidentifier() else query
    count = write(paths_of(load(config)).published, text, out, format=chosen.value)
    say(f"{count} rows -> {out}")


def erase(
    author: Annotated[str | None, typer.Option(help="Author key, as the tables show it.")] = None,
    person: Annotated[
        str | None,
        typer.Option(help="Name as the site shows it, or the number in the profile's address; with --source."),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Source of --post or --person.")] = None,
    post: Annotated[str | None, typer.Option(help="The place's own id of a post.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase an author's posts, or one post, wherever they are kept; --person is hashed and never written."""
    from flows.erasing import erase_author, erase_person, erase_post

    if sum(given is not None for given in (author, person, post)) != 1 or ((person or post) and source is None):
        raise UsageError("give --author KEY, or --source NAME with --person NAME or --post ID")
    if not yes:
        typer.confirm("Erase for good? Counts stay, texts and author keys go", abort=True)
    settings = load(config)
    if post is not None:
        done = erase_post(settings, source or "", post)
    elif person is not None:
        done = erase_person(settings, source or "", person)
    else:
        done = erase_author(settings, author or "", source=source)
    if as_json:
        emit(done)
    else:
        say(", ".join(f"{value} {name.replace('_', ' ')}" for name, value in done.items()))
    if person is not None and not done["posts"] and not done["landing_lines"]:
        warn("no post of theirs was kept; where a site numbers its members, give the number in the profile's address")


def rotate_key(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Put all author pseudonyms under one more key; the same author still counts once. See docs/privacy.md."""
    from flows.rotating import rotate_key as rotate

    done = rotate(load(config))
    if as_json:
        emit(asdict(done))
    else:
        say(
            f"{done.author_count} authors and {done.landing_count} landing files are under the new key; "
            f"pseudonyms go through {done.key_count} keys from now on"
        )
