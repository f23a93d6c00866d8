"""A landing file and the frontier change as one: killed wherever, a crawl loses nothing and writes nothing twice."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers import publish
from crawlers.frontier import Changes, Frontier, KnownPost, KnownThread
from crawlers.landing import landing_file, landing_files, read_landing
from crawlers.publish import Publisher, recover
from warehouse.records import Incident

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SEEN = Incident(source="s", url="u", cause="dns", detail="d", seen_at=NOW)
LEARNED = Changes(
    {"t": KnownThread(thread_id="t", url="u", next_check_at=NOW, is_kept=True)},
    {"t": {"1": KnownPost(content_key="k")}},
)


class KilledError(BaseException):
    """Stands for a kill: nothing that follows is done."""


@contextmanager
def crawl(data: Path, run_id: str) -> Iterator[tuple[Frontier, Publisher]]:
    target = landing_file(data, "s", run_id)
    with Frontier(data / "frontier.sqlite", "s") as frontier:
        recover(frontier, target.parent)
        yield frontier, Publisher(target, frontier)


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        return process.pid


def kill(*args: object, **rest: object) -> None:
    raise KilledError


@pytest.mark.parametrize("moment", ["before_the_transaction", "before_the_name", "before_the_note"])
def test_killed_at_any_step_it_happened_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setattr("crawlers.landing.os.getpid", dead_pid)
    with monkeypatch.context() as patch, crawl(tmp_path, "1") as (frontier, publisher):
        publisher.write(SEEN)
        where = {
            "before_the_transaction": (frontier, "apply"),
            "before_the_name": (publish, "give_name"),
            "before_the_note": (frontier, "forget_landing"),
        }[moment]
        patch.setattr(*where, kill)
        with pytest.raises(KilledError):
            publisher.publish(LEARNED)
    with crawl(tmp_path, "2") as (frontier, publisher):
        has_happened = moment != "before_the_transaction"
        assert (frontier.thread("t") is not None) is has_happened
        assert [path.name for path in landing_files(tmp_path)] == (["1.jsonl.gz"] if has_happened else [])
        assert frontier.landings() == []
        publisher._file.discard()
    assert all(read_landing(path) == [SEEN] for path in landing_files(tmp_path))
    assert list(tmp_path.rglob("*.tmp")) == []


def test_parts_have_names_of_their_own_and_the_last_file_the_run_s(tmp_path: Path) -> None:
    for _ in range(2):
        with crawl(tmp_path, "1") as (_, publisher), publisher:
            publisher.write(SEEN)
            publisher.publish_part(Changes())
            publisher.publish_part(Changes())
            assert publisher.publish(LEARNED).exists()
    names = [path.name for path in landing_files(tmp_path)]
    assert names == [
        *("1.2.jsonl.gz", "1.jsonl.gz", "1.part-0001.2.jsonl.gz", "1.part-0001.jsonl.gz"),
        *("1.part-0002.2.jsonl.gz", "1.part-0002.jsonl.gz"),
    ]


def test_the_files_of_a_crawl_that_runs_are_left_alone(tmp_path: Path) -> None:
    with crawl(tmp_path, "1") as (_, one), one:
        one.write(SEEN)
        with crawl(tmp_path, "2") as (_, other), other:
            other.publish(Changes())
        assert read_landing(one.publish(LEARNED)) == [SEEN]
