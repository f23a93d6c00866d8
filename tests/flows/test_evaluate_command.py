"""`ryktesvakt evaluate` on a small gold file: tables for people, JSON for scripts, a bad line set aside."""

import json
import sys
from pathlib import Path

import pytest

from flows.cli import app

TINY = Path(__file__).parents[1] / "nlp" / "tiny_model"
CLAIM = "Nordfibers avgift för drift och underhåll gäller alla kunder."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    config = f'[company]\nname = "Nordfiber"\n[language]\nmodel = "{TINY}"\nthreads = 1\n'
    (tmp_path / "ryktesvakt.toml").write_text(config, encoding="utf-8")
    (tmp_path / "claims.json").write_text(json.dumps([{"id": "c", "statement": CLAIM, "truth": "Nej."}]))
    phone = {"start": len(CLAIM) + 6, "end": len(CLAIM) + 19, "kind": "phone"}
    gold = [
        {"text": f"{CLAIM} Ring 070-123 45 67", "claims": {"c": "support"}, "redactions": [phone]},
        {"text": "Nej, Nordfiber tar bara ut den av några", "claims": {"c": "deny"}, "redactions": []},
    ]
    gold = [{**row, "relevant": True, "sentiment": "negative", "topics": ["price"]} for row in gold]
    (tmp_path / "gold.jsonl").write_text("\n".join(json.dumps(row) for row in gold), encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["ryktesvakt", "evaluate", *arguments])
        with pytest.raises(SystemExit) as stopped:
            app.main()
    return int(stopped.value.code or 0)


def test_a_script_gets_every_figure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("gold.jsonl", "--claims", "claims.json", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    metrics = {(one["task"], one["metric"]): one["value"] for one in said["figures"]}
    assert metrics["redaction", "phone_recall"] == 1.0 and metrics["claims", "shown_recall"] >= 0.5
    assert {"relevance", "sentiment", "topics", "stance"} <= set(said["confusion"]) == set(said["reliability"])
    assert all(one["low"] <= one["value"] <= one["high"] for one in said["figures"])
    for task in said["confusion"]:
        assert 0 <= metrics[task, "calibration_error"] <= 1


def test_a_person_gets_tables_and_the_bad_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (folder / "gold.jsonl").open("a", encoding="utf-8") as file:
        file.write("\nnot json\n")
    assert run("gold.jsonl", "--claims", "claims.json") == 1
    said = capsys.readouterr()
    assert "gold.jsonl:3" in said.err and "95 % interval" in said.out
    assert "stance: truly" in said.out and "how sure" in said.out


def test_a_gold_file_that_is_not_there_is_bad_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("none.jsonl") == 2
    assert "none.jsonl: no such file" in capsys.readouterr().err
