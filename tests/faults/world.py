"""A small world for passes: two forums on loopback that grow, and a company with claims about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import tomli_w

from flows.config import load
from flows.paths import open_ledger, paths_of, segments_of
from tests.crawlers.tiny_forum import TinyForum, serve
from tests.flows.desks import TINY
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse
from warehouse.ledger import put_claim, put_mailings, put_segments
from warehouse.records import Claim, Mailing

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
SAID = (
    "Alla som har fiber från Open Infra ska betala för drift och underhåll, läste jag i brevet.",
    "Nej, det stämmer inte. Brevet från Open Infra gäller bara dem som inte har paragrafen.",
    "Stämmer det att Open Infra tar ut en avgift av alla?",
    "Fibern från Open Infra har fungerat bra hela hösten, inga problem alls här.",
    "Ring mig på 070-174 06 05 om du vill veta mer om Open Infra, hälsar Anna Svensson.",
)


@dataclass
class World:
    """The forums, and how far they have grown."""

    forums: dict[str, TinyForum]
    step: int = 0
    moments: list[datetime] = field(default_factory=list)

    def grow(self, posts: int = 3) -> datetime:
        """Let new posts be written in both forums, edit an old one, and return the moment."""
        self.step += 1
        now = START + timedelta(hours=6 * self.step)
        for name, forum in self.forums.items():
            for number in range(posts):
                thread = forum.threads.setdefault(f"{name}{number % 2}", {"title": "Brevet om fiber", "posts": []})
                thread["posts"].append(
                    {
                        "id": f"{name}-{self.step}-{number}",
                        "text": f"{SAID[(self.step + number) % len(SAID)]} ({self.step}.{number})",
                        "author": f"person {(self.step * 7 + number) % 11}",
                        "at": (now - timedelta(minutes=50 - number)).isoformat(),
                    }
                )
            if self.step % 3 == 0:
                forum.threads[f"{name}0"]["posts"][-1]["text"] += " Ändrat: det gäller Open Infra."
        self.moments.append(now)
        return now

    def config(self, folder: Path, **sections: object) -> Path:
        """Write the configuration of a data folder, and its ledger; return the file."""
        folder.mkdir(parents=True)
        sources = [
            {"name": name, "engine": "tests.crawlers.tiny_engine", "url": forum.url, "interval_hours": 6}
            for name, forum in self.forums.items()
        ]
        values = {
            "company": {"name": "Open Infra", "aliases": ["OpenInfra"]},
            "segment": [{"id": "villa", "name": "Villor", "customers": 1000}],
            "source": sources,
            "crawl": {"contact": "test@example.invalid", "delay_seconds": 0},
            "storage": {"data": str(folder / "data")},
            "language": {"model": str(TINY)},
            **sections,
        }
        file = folder / "ryktesvakt.toml"
        file.write_text(tomli_w.dumps(values), encoding="utf-8")
        config = load(file)
        (folder / "data" / "secrets").mkdir(parents=True)
        (folder / "data" / "secrets" / "author.key").write_text("k" * 64)
        with open_ledger(config) as con:
            put_segments(con, segments_of(config))
            put_claim(con, a_claim())
            put_mailings(con, [a_mailing()])
        return file


def a_claim() -> Claim:
    return Claim(
        claim_id="fee-for-all",
        statement="Alla kunder ska betala för drift och underhåll.",
        truth="Bara de som har paragrafen.",
        created_at=START,
        segments=("villa",),
    )


def a_mailing() -> Mailing:
    return Mailing(
        mailing_id="brev",
        channel="letter_first",
        segment="villa",
        recipient_count=1000,
        sent_at=START,
        text="En avgift för drift och underhåll införs.",
    )


@contextmanager
def world(count: int = 2) -> Iterator[World]:
    """Serve the forums while the block lasts."""
    names = ("grannforum", "villaforum")[:count]
    with serve(TinyForum()) as first, serve(TinyForum()) as second:
        yield World(forums=dict(zip(names, (first, second), strict=False)))


def hashes(config_file: Path) -> dict[str, str]:
    """Return what each table of a configuration's warehouse holds."""
    with open_warehouse(paths_of(load(config_file)).warehouse, read_only=True) as con:
        return table_hashes(con)


def unexplained(config_file: Path) -> list[tuple[object, ...]]:
    """Return the landing files whose lines the ledger of outcomes does not explain, each one."""
    with open_warehouse(paths_of(load(config_file)).warehouse, read_only=True) as con:
        return con.execute("FROM outcome_balance WHERE NOT is_balanced").fetchall()


def unloaded(config_file: Path) -> int:
    """Return how many posts the ledger does not say to have been loaded, once each."""
    with open_warehouse(paths_of(load(config_file)).warehouse, read_only=True) as con:
        told = "SELECT post_key, count(*) AS times FROM outcome WHERE outcome = 'loaded' GROUP BY ALL"
        found = con.execute(
            f"SELECT count(*) FROM post LEFT JOIN ({told}) USING (post_key) WHERE times IS DISTINCT FROM 1"
        )
        return int(found.fetchall()[0][0])
