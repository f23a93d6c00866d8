"""What operations lean on: status, logs, locks, the clock, the past, and nothing of a post in any of them."""

from __future__ import annotations

import json
import logging
import multiprocessing
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import tomli_w

from crawlers.landing import landing_file
from crawlers.model import Site
from flows.config import load, validate
from flows.desk import Desk
from flows.direct import pass_here
from flows.doctor import examine
from flows.errors import BusyError, ClockError, UsageError
from flows.locks import held, holder_of
from flows.logs import Line, name_run, start_logging
from flows.machine_clock import GAP, is_surely_now, require_forward
from flows.metrics import metrics_text
from flows.past import as_of, stretches
from flows.paths import Paths, paths_of, run_id_of, source_lock, writer_lock
from flows.progress import PassNote, Progress, read_note
from flows.retention import let_go
from flows.settings import Config
from flows.single import crawl_source, is_due
from flows.sources import site_of
from flows.status import STALLED, look
from flows.steps.alert import alert
from flows.steps.crawl import take
from flows.steps.race import race
from flows.steps.watch import watch
from flows.telling import KEPT, Notice, read_notices, tell_operations
from tests.crawlers.tiny_forum import Reply
from tests.faults.world import SAID, world
from tests.flows.desks import TINY, a_desk, land, one_pass, told
from tests.warehouse.landings import T0, a_visit, hours, write_landing
from warehouse.ledger import put_claim
from warehouse.load import load_landing
from warehouse.matches import Match, save_matches
from warehouse.publish import publish
from warehouse.records import Claim, Post
from warehouse.watching import get_states

HOSTILE = 'Hemlig åsikt"}\n{"level": "error", "event": "forged'
KEY = "nyckel+med/tecken=" * 3


def a_config(data: Path, **sections: object) -> Config:
    source = {"name": "forum", "engine": "xenforo", "url": "http://127.0.0.1:9/", "interval_hours": 6}
    values = {
        "company": {"name": "Open Infra"},
        "segment": [{"id": "villa", "name": "Villor", "customers": 1000}],
        "source": [source],
        "storage": {"data": str(data)},
        "language": {"model": str(TINY)},
        **sections,
    }
    return validate(values, where="test")


def a_note(at: datetime, **changes: object) -> PassNote:
    values = {"run_id": "r", "host": "h", "process": 1, "started_at": at, "finished_at": at, **changes}
    return PassNote(**values)  # type: ignore[arg-type]


def noted(data: Path, note: PassNote) -> Paths:
    data.mkdir(parents=True, exist_ok=True)
    Progress(data)._put(note)
    assert read_note(data) == note
    return Paths(data=data)


@pytest.mark.parametrize("is_json", [True, False])
def test_the_log_has_ids_and_neither_words_nor_secrets(
    is_json: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", KEY)
    monkeypatch.setenv("SMTP_PASSWORD", "pass ord 123")
    monkeypatch.setenv("RYKTESVAKT_LOG", "json" if is_json else "plain")
    start_logging(a_config(tmp_path))
    name_run("20261123T060000Z")
    log = logging.getLogger("flows.test")
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        log.exception("read %s", HOSTILE, extra={"source": "forum", "post_key": "abc", "text": HOSTILE})
    log.warning("told", extra={"what": f"key {KEY}, pass ord 123"})
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "Hemlig" not in lines[0] and "forged" not in lines[0]
    assert all(part in lines[0] for part in ("forum", "abc", "20261123T060000Z", "ValueError", "test_operations.py"))
    assert KEY not in lines[1] and "pass ord 123" not in lines[1] and "***" in lines[1]
    if is_json:
        assert json.loads(lines[0])["event"] == "read %s"


def test_every_line_of_a_pass_has_the_run_s_id_and_none_the_words_of_a_post(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RYKTESVAKT_LOG", "json")
    with world() as town:
        file, now = town.config(tmp_path / "logged"), town.grow()
        town.forums["grannforum"].replies["/t/grannforum0"] = Reply(b"nothing that a reader knows")
        pass_here(load(file), now=now, write_digest=False)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    steps = [line["step"] for line in lines if line["event"] == "step done"]
    assert steps[:4] == ["take_in", "crawl", "load", "annotate"]
    sources = {line["source"]: line for line in lines if "source" in line}
    assert sources["villaforum"]["event"] == "source read"
    assert sources["grannforum"]["event"] == "source not read whole"
    assert {line["run_id"] for line in lines} == {run_id_of(now)}
    known = "".join(json.dumps(line, ensure_ascii=False) for line in lines)
    assert not [text for text in SAID if text[:25] in known]


def test_a_value_never_breaks_a_line() -> None:
    record = logging.LogRecord("flows", logging.INFO, "", 1, "told", None, None)
    record.what = "a\nb\u2028c" + "x" * 9000
    for is_json in (True, False):
        line = Line(is_json=is_json).format(record)
        assert len(line.splitlines()) == 1
        assert len(line) < 600


def _hold(path: Path, ready, stop) -> None:  # type: ignore[no-untyped-def]
    with held(path, what="forum is being read"):
        ready.set()
        stop.wait(60)


def test_a_source_is_read_once_at_a_time_and_the_holder_is_named(tmp_path: Path) -> None:
    paths, site = Paths(data=tmp_path), site_of(a_config(tmp_path).source[0], a_config(tmp_path))
    context = multiprocessing.get_context("fork")
    ready, stop = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(paths.source_lock("forum"), ready, stop), daemon=True)
    process.start()
    assert ready.wait(60)
    holder = holder_of(paths.source_lock("forum"))
    assert holder and holder.process == process.pid
    with ExitStack() as locks:
        free, busy = take(locks, paths, [site])
        assert free == [] and f"process {process.pid}" in busy[0]
    process.kill()
    process.join()
    assert holder_of(paths.source_lock("forum")) is None
    with ExitStack() as locks:
        assert take(locks, paths, [site]) == ([site], [])


def test_crawls_go_on_beside_a_pass_but_not_beside_an_erasure(tmp_path: Path) -> None:
    paths = Paths(data=tmp_path)
    with writer_lock(paths), source_lock(paths, "a"), source_lock(paths, "b"):
        pass
    with source_lock(paths, "a"), pytest.raises(BusyError), writer_lock(paths, is_alone=True):
        pass
    with writer_lock(paths, is_alone=True, what="an erasure is under way"):
        with pytest.raises(BusyError, match="an erasure is under way"), source_lock(paths, "a"):
            pass
        with pytest.raises(BusyError), writer_lock(paths):
            pass


def test_a_clock_that_went_back_begins_no_pass(tmp_path: Path) -> None:
    now = datetime(2026, 11, 23, 6, tzinfo=UTC)
    paths = noted(tmp_path, a_note(now))
    require_forward(paths, now=now + timedelta(hours=1))
    require_forward(paths, now=now - timedelta(seconds=1))
    with pytest.raises(ClockError, match="set the clock right"):
        require_forward(paths, now=now - timedelta(hours=1))
    noted(tmp_path, a_note(now, is_virtual=True))
    require_forward(paths, now=now - timedelta(days=900))
    (tmp_path / "pass.json").write_text("{half", encoding="utf-8")
    require_forward(paths, now=now - timedelta(days=900))


def test_a_clock_that_went_far_forward_erases_nothing_at_once(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    config = a_config(tmp_path)
    with a_desk(tmp_path):
        pass
    old = tmp_path / "landing" / "forum" / "20200101T000000Z.jsonl.gz"
    write_landing(old, [a_visit()])
    assert let_go(config, last=a_note(now - GAP - timedelta(days=1))).is_put_off
    assert old.exists()
    assert let_go(config, last=a_note(now - timedelta(hours=3))).landing_count == 1
    assert not old.exists()
    assert is_surely_now(None, now=now)


def test_status_tells_a_pass_at_work_from_one_that_died_or_hangs(tmp_path: Path) -> None:
    config, now = a_config(tmp_path), datetime.now(UTC)
    assert look(config).state == "never"
    paths = noted(tmp_path, a_note(now, finished_at=None, step="crawl", step_at=now))
    assert look(config).state == "killed"
    with writer_lock(paths):
        found = look(config)
        assert found.state == "working" and found.holder
        assert look(config, now=now + STALLED + timedelta(minutes=1)).state == "stalled"
    noted(tmp_path, a_note(now, error="x: the disk is full"))
    file = tmp_path / "my.toml"
    file.write_text(tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    assert any("x: the disk is full" in finding.what for finding in examine(file) if finding.level == "wrong")
    found = look(config)
    assert (found.state, found.is_good) == ("failed", False)
    (tmp_path / "published.duckdb").write_bytes(b"no database" * 999)
    assert any("published.duckdb" in line for line in look(config).problems)


def test_an_empty_pass_is_good_and_counted(tmp_path: Path) -> None:
    config = a_config(tmp_path, source=[], metrics={"textfile": str(tmp_path / "m.prom")})
    pass_here(config, write_digest=False)
    found = look(config)
    assert (found.state, found.is_good, found.counts["posts"]) == ("good", True, 0)
    assert {one.step for one in found.last_pass.steps} >= {"load", "annotate", "publish"}  # type: ignore[union-attr]
    assert "ryktesvakt_pass_good 1.0" in (tmp_path / "m.prom").read_text(encoding="utf-8")
    assert 'ryktesvakt_state{state="good"} 1.0' in metrics_text(config)


def test_what_waits_and_what_is_open_is_counted_without_its_words(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        put_claim(desk.con, Claim(claim_id="c", statement="Alla ska betala.", truth="Nej.", created_at=T0))
        land(desk, "1", [told(1, f"Open Infra: {HOSTILE}", T0)])
        one_pass(desk, hours(2))
        publish(desk.con, desk.paths.published)
        write_landing(desk.paths.landing / "forum" / "2.jsonl.gz", [told(2, "Nytt om Open Infra", T0)])
        found = look(desk.config)
    assert (found.counts["posts"], found.waiting_files) == (1, 1)
    assert "Hemlig" not in repr(found)


def test_due_is_what_was_not_read_for_most_of_its_interval(tmp_path: Path) -> None:
    config = a_config(tmp_path)
    site: Site = site_of(config.source[0], config)
    assert is_due(paths_of(config), site, now=T0)
    path = landing_file(tmp_path, "forum", f"{T0:%Y%m%dT%H%M%SZ}")
    write_landing(path, [a_visit()])
    assert not is_due(paths_of(config), site, now=hours(4))
    assert is_due(paths_of(config), site, now=hours(5))
    # One from the future says nothing of now.
    assert is_due(paths_of(config), site, now=T0 - timedelta(hours=1))


def test_reading_a_source_at_a_quiet_hour_asks_for_no_thread_that_is_not_due(tmp_path: Path) -> None:
    with world(count=1) as town:
        config, now = load(town.config(tmp_path / "swept")), town.grow()
        forum = town.forums["grannforum"]
        crawl_source(config, "grannforum", now=now)
        assert {"/t/grannforum0", "/t/grannforum1"} <= set(forum.fetched())
        assert crawl_source(config, "grannforum", now=now + timedelta(minutes=20)).post_count == 0
        assert not [path for path in forum.fetched() if path.startswith("/t/")]
        # A thread that has not been read whole for a month is, though its listing says that nothing is new.
        crawl_source(config, "grannforum", now=now + timedelta(days=40))
        assert [path for path in forum.fetched() if path.startswith("/t/")]


def test_a_post_that_is_loaded_late_is_counted_by_the_alarm(tmp_path: Path) -> None:
    posts = [told(n, f"Alla ska betala hos Open Infra. {n}", hours(n / 12), thread_id="t") for n in range(12)]
    spans = {"late": (posts[:6], posts[6:]), "early": (posts, [])}
    counted = {name: counted_authors(tmp_path / name, *span) for name, span in spans.items()}
    assert counted["late"] == counted["early"]
    assert len(counted["late"]) == len(posts)


def counted_authors(folder: Path, soon: list[Post], late: list[Post]) -> list[str]:
    """Return whom the alarm has counted, when some posts came in after a pass that could have had them."""
    claim = Claim(claim_id="c", statement="Alla ska betala.", truth="Nej.", created_at=T0)
    with a_desk(folder) as desk:
        put_claim(desk.con, claim)
        for at, found in ((0, []), (2, soon), (3, late)):
            landing = desk.paths.landing / "forum" / f"{at}.jsonl.gz"
            write_landing(landing, [*found, a_visit(at=hours(at - 0.1))])
            load_landing(desk.con, landing, run_id="r")
            desk.turn_to(hours(at))
            match_all(desk)
            crossings = watch(desk)
            alert(desk, crossings, race(desk, crossings))
        _, state = get_states(desk.con, now=desk.now)["watch"]
    return sorted(state["claims"]["c"]["ledger"])


def match_all(desk: Desk) -> None:
    keys = desk.con.execute("SELECT post_key, revision FROM post").fetchall()
    found = [Match(post_key=k, revision=r, claim_id="c", tier="auto", stance="support") for k, r in keys]
    save_matches(desk.con, keys, found, model="m", version="v", at=desk.now)


def test_a_past_day_is_seen_as_of_then_and_nothing_changes(tmp_path: Path) -> None:
    with a_desk(tmp_path / "data") as desk:
        land(desk, "1", [told(1, "Open Infra kom med brev", T0)])
        one_pass(desk, hours(2))
        land(desk, "2", [told(2, "Senare om Open Infra", hours(40))])
        one_pass(desk, hours(44))
        publish(desk.con, desk.paths.published)
        (desk.paths.data / "secrets").mkdir()
        (desk.paths.data / "secrets" / "author.key").write_text("k" * 64)
        config, before = desk.config, desk.paths.published.read_bytes()
    digest = as_of(config, hours(3), tmp_path / "then")
    assert digest.name == "2023-10-01.html"
    assert "Senare om" not in digest.read_text(encoding="utf-8")
    assert paths_of(config).published.read_bytes() == before
    with pytest.raises(UsageError, match="not empty"):
        as_of(config, hours(3), tmp_path / "then")


def test_a_backfill_goes_by_stretches_of_time() -> None:
    found = list(stretches(T0, T0 + timedelta(days=2, hours=3)))
    assert [end - begin for begin, end in found] == [timedelta(days=1)] * 2 + [timedelta(hours=3)]
    assert found[0][0] == T0 and found[-1][1] == T0 + timedelta(days=2, hours=3)


def test_notices_are_kept_and_a_bad_address_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths(data=tmp_path)
    for number in range(KEPT + 5):
        assert tell_operations(paths, Notice(kind="failure", what=f"daily/{number}")) == 0
    assert len(read_notices(paths)) == KEPT
    monkeypatch.setenv("RYKTESVAKT_NOTIFY", "nonsense-hunter2")
    with pytest.raises(Exception, match="address 1 is none") as failed:
        tell_operations(paths, Notice(kind="late", what="x"))
    assert "hunter2" not in str(failed.value)
