"""The command line: exit status 0, 1 and 2, errors in one line that says what, where and what to do."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.cli import app

COMPANY = '[company]\nname = "Nordfiber"\n'


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run a command in this process, in the test's folder: starting Python anew each time takes seconds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RYKTESVAKT_AUTHOR_KEY", raising=False)

    def do(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["ryktesvakt", *arguments])
        with pytest.raises(SystemExit) as stopped:
            app.main()
        said = capsys.readouterr()
        return Done(int(stopped.value.code or 0), said.out, said.err)

    return do


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ryktesvakt.toml").write_text(
        COMPANY + '[[segment]]\nid = "villa"\nname = "Villor"\ncustomers = 1000\n', encoding="utf-8"
    )
    return tmp_path


COMMANDS = (
    *("run", "crawl", "demo", "predict", "evaluate", "backtest", "claim", "mailing", "complaint", "alert"),
    *("sql", "export", "erase", "board", "doctor"),
)


def test_the_program_starts_by_its_name(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("ryktesvakt")
    done = subprocess.run([program, "--version"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith("ryktesvakt 0.")


def test_help_names_every_command_of_the_contract(run: Run, tmp_path: Path) -> None:
    said = run("--help").stdout
    assert [name for name in COMMANDS if name not in said] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["crawl", "--out", "x.jsonl"], "give one of --source NAME and --url URL"),
        (["crawl", "--source", "nowhere", "--out", "x.jsonl"], "no site is named 'nowhere'; shipped: "),
        (["crawl", "--source", "byggahus", "--out", "x.jsonl"], "crawl.contact: is empty"),
        (["crawl", "--url", "ftp://x/", "--out", "x.jsonl"], "http:// or https://"),
        (["backtest", "none.csv", "--out", "a.csv"], "none.csv"),
        (["predict", "none.jsonl", "--claims", "c.json", "--out", "o.jsonl"], "no such file"),
        (["sql", "SELECT 1"], "run the pipeline once"),
        (["export", "post", "--out", "x.doc"], "name it .parquet or .csv"),
        (["erase", "--post", "1", "--yes"], "--source NAME with --person NAME"),
        (["board", "--host", "0.0.0.0"], "beyond this machine the board wants a login"),
        (["run", "--config", "none.toml"], "no such file"),
        (["complaint", "import", "none.csv"], "cannot be read as CSV"),
    ],
)
def test_bad_usage_is_one_line_and_status_2(run: Run, folder: Path, arguments: list[str], says: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_every_problem_of_a_configuration_is_a_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ryktesvakt.toml").write_text(COMPANY + "x = 1\n[budget]\nwatch_per_month = 0\n", encoding="utf-8")
    done = run("doctor")
    assert done.returncode == 1
    done = run("sql", "SELECT 1")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 2


def test_the_ledger_from_claim_to_verdict(run: Run, folder: Path) -> None:
    add = ["claim", "add", "fee-for-all", "--statement", "Alla ska betala.", "--truth", "Nej.", "--true-for", "villa"]
    assert run(*add).returncode == 0
    assert run("claim", "verdict", "fee-for-all", "false", "--by", "Anna").returncode == 0
    listed = json.loads(run("claim", "list", "--json").stdout)
    assert [(c["claim_id"], c["verdict"], c["verdict_by"]) for c in listed] == [("fee-for-all", "false", "Anna")]
    refused = run("claim", "verdict", "fee-for-all", "nonsense", "--by", "Anna")
    assert refused.returncode == 1
    assert "none of unverified" in refused.stderr
    unknown = run(*add[:-1], "nobody")
    assert unknown.returncode == 2
    assert "known: villa" in unknown.stderr


def test_mailings_and_complaints_are_registered(run: Run, folder: Path) -> None:
    (folder / "brev.txt").write_text("Hej! En avgift på 49 kronor.", encoding="utf-8")
    given = ["--segment", "villa", "--channel", "letter_first", "--sent", "2023-10-13T14:00:00"]
    assert run("mailing", "add", "brev.txt", *given).returncode == 0
    mailings = json.loads(run("mailing", "list", "--json").stdout)
    assert [(m["mailing_id"], m["recipient_count"]) for m in mailings] == [("2023-10-13-brev", 1000)]
    assert mailings[0]["sent_at"].startswith("2023-10-13T12:00:00")
    rows = "channel,period_start,period_end,complaint_count\nko,2023-10-02,2023-10-08,4\n"
    (folder / "ko.csv").write_text(rows, encoding="utf-8")
    assert "4 complaints" in run("complaint", "import", "ko.csv").stdout
    (folder / "ko.csv").write_text(rows + "ko,igår,2023-10-08,4\n", encoding="utf-8")
    refused = run("complaint", "import", "ko.csv")
    assert refused.returncode == 2
    assert "ko.csv:3" in refused.stderr


def test_backtest_writes_the_alerts_of_a_burst(run: Run, folder: Path) -> None:
    quiet = [f"c,2023-09-{day:02d}T19:00:00+02:00,a{day}" for day in range(1, 29, 9)]
    burst = [
        f"c,2023-10-05T{hour:02d}:{minute:02d}:00+02:00,b{hour}{minute}"
        for hour in range(17, 23)
        for minute in (5, 25, 45)
    ]
    (folder / "m.csv").write_text("claim_id,posted_at,author\n" + "\n".join(quiet + burst) + "\n", encoding="utf-8")
    done = run("backtest", "m.csv", "--out", "a.csv")
    assert done.returncode == 0, done.stderr
    assert "alerts per 30 days" in done.stdout
    rows = (folder / "a.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("claim_id,raised_at,severity")
    assert any(",warning," in row and "2023-10-05" in row for row in rows[1:])
    first = next(row.split(",")[1] for row in rows[1:])
    assert run("backtest", "m.csv", "--out", "b.csv", "--watch-budget", "0.01").returncode == 0
    patient = (folder / "b.csv").read_text(encoding="utf-8").splitlines()
    assert all(row.split(",")[1] > first for row in patient[1:])


def test_predict_sets_a_bad_line_aside_and_judges_the_rest(run: Run, folder: Path) -> None:
    (folder / "in.jsonl").write_text(
        '{"id": 1, "text": "Nordfiber har grävt av vår kabel igen, ring 070-174 06 05"}\nnot json\n{"id": 2}\n'
        '{"id": 3, "text": ""}\n',
        encoding="utf-8",
    )
    (folder / "c.json").write_text('[{"id": "x", "statement": "Alla ska betala.", "truth": "Nej."}]', encoding="utf-8")
    done = run("predict", "in.jsonl", "--claims", "c.json", "--out", "o.jsonl")
    assert done.returncode == 1
    assert "in.jsonl:2" in done.stderr
    assert "in.jsonl:3" in done.stderr
    rows = [json.loads(line) for line in (folder / "o.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [1, 3]
    assert rows[0]["relevant"] is True
    assert [r["kind"] for r in rows[0]["redactions"]] == ["phone"]
    assert set(rows[0]) >= {"id", "lang", "relevant", "sentiment", "topics", "claims", "redactions"}


def test_predict_writes_half_characters_as_they_came(run: Run, folder: Path) -> None:
    given = r'{"id": "\ud800", "text": "hej \udfff \u0000 dÃ¥"}' + "\n"
    (folder / "in.jsonl").write_text(given, encoding="utf-8")
    (folder / "c.json").write_text("[]", encoding="utf-8")
    assert run("predict", "in.jsonl", "--claims", "c.json", "--out", "o.jsonl").returncode == 0
    (row,) = map(json.loads, (folder / "o.jsonl").read_text(encoding="utf-8").splitlines())
    assert row["id"] == "\ud800"


def test_an_empty_model_folder_is_one_clear_line(run: Run, folder: Path) -> None:
    (folder / "empty").mkdir()
    with (folder / "ryktesvakt.toml").open("a", encoding="utf-8") as file:
        file.write('[language]\nmodel = "empty"\n')
    (folder / "in.jsonl").write_text('{"id": 1, "text": "hej"}\n', encoding="utf-8")
    (folder / "c.json").write_text("[]", encoding="utf-8")
    done = run("predict", "in.jsonl", "--claims", "c.json", "--out", "o.jsonl")
    assert done.returncode == 1
    assert "model folder empty" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "o.jsonl").exists()


def test_doctor_says_what_has_never_met_its_live_site(run: Run, tmp_path: Path) -> None:
    done = run("doctor", "--json")
    said = {finding["what"]: finding["level"] for finding in json.loads(done.stdout)}
    assert said["source byggahus: its reader (xenforo) has never met the live site"] == "note"
    assert said["source byggahus: no contact address to show its owner"] == "wrong"
    assert done.returncode == 1
