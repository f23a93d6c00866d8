"""A desk without a crawler: posts are loaded from landing files, and the steps after that are the real ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from crawlers.worker import CrawlerWorker
from flows.config import validate
from flows.desk import Desk
from flows.paths import paths_of
from flows.steps.alert import alert
from flows.steps.annotate import annotate
from flows.steps.gather import gather_unmatched
from flows.steps.match import match
from flows.steps.race import race
from flows.steps.watch import watch
from tests.warehouse.landings import T0, a_post, a_visit, empty_warehouse, write_landing
from warehouse.connection import open_warehouse
from warehouse.load import load_landings
from warehouse.records import Post, Record

TINY = Path(__file__).parents[1] / "nlp" / "tiny_model"


@contextmanager
def a_desk(folder: Path, *, model: Path | None = TINY, name: str = "Open Infra") -> Iterator[Desk]:
    """Open a desk on a folder of its own, or one that was used before."""
    config = validate(
        {
            "company": {"name": name},
            "segment": [{"id": "villa", "name": "Villor", "customers": 1000}],
            "storage": {"data": str(folder)},
            "language": {"model": str(model)} if model else {},
        },
        where="test",
    )
    paths = paths_of(config)
    paths.data.mkdir(parents=True, exist_ok=True)
    if not paths.warehouse.exists():
        paths.warehouse.write_bytes(empty_warehouse())
    with open_warehouse(paths.warehouse) as con:
        con.execute("SET threads = 1")
        yield Desk(
            config=config,
            paths=paths,
            secret=b"s" * 32,
            con=con,
            worker=cast(CrawlerWorker, None),
            started_at=T0,
            virtual_now=T0,
        )


def land(desk: Desk, name: str, posts: Iterable[Post]) -> None:
    """Load posts as a crawl that saw them all and the whole of their source would have left them."""
    found = list(posts)
    visits: list[Record] = []
    if found:
        seen = max(post.seen_at for post in found)
        visits = [a_visit(at=seen - timedelta(hours=h)) for h in (48, 0)]
    path = write_landing(desk.paths.landing / "forum" / f"{name}.jsonl.gz", [*found, *visits])
    load_landings(desk.con, [path], run_id="r")


def one_pass(desk: Desk, now: datetime) -> Any:
    """Do the steps from annotating to alerting at a moment; return what was raised."""
    desk.turn_to(now)
    annotate(desk)
    match(desk)
    gather_unmatched(desk)
    crossings = watch(desk)
    return alert(desk, crossings, race(desk, crossings))


def told(number: int, text: str, at: datetime, **changes: Any) -> Post:
    """Return a post that says something, by an author of its own, seen half an hour after."""
    given = {"posted_at": at, "seen_at": at + timedelta(minutes=30), "thread_id": f"t{number}", **changes}
    return a_post(number, text=text, thread_title="Fiber", **given)
