"""Commands of the language stage: judge posts, and measure how well."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, say, show, warn
from flows.config import load
from flows.errors import FlowsError, UsageError

if TYPE_CHECKING:
    from nlp.claims import Claim
    from nlp.pipeline import LanguageStage


_HALF = re.compile("[\ud800-\udfff]")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(predict)
    app.command()(evaluate)


def predict(
    file: Annotated[Path, typer.Argument(metavar="IN.jsonl", help='{"id","text"} a line.')],
    claims: Annotated[Path, typer.Option(help='[{"id","statement","truth"}]')],
    out: Annotated[Path, typer.Option("--out", "-o", help="One JSON object a line, in the order of IN.")],
    config: ConfigOption = None,
) -> None:
    """Judge posts: language, relevance, sentiment, topics, claims with stance, what to redact."""
    from nlp.predict import predict as judge

    known = _claims(claims)
    rows = _Rows(file, needs=("id", "text"))
    stage = _stage(config)
    count = _write_lines(out, judge(rows, known, stage=stage))
    for problem in rows.problems:
        warn(problem)
    say(f"{count} posts judged -> {out}")
    if rows.problems:
        raise typer.Exit(1)


def evaluate(
    gold: Annotated[
        Path,
        typer.Argument(
            metavar="GOLD.jsonl",
            help='{"text"} a line, and any of "relevant", "sentiment", "topics", "claims" {id: stance}, "redactions".',
        ),
    ],
    claims: Annotated[Path | None, typer.Option(help="Claims that GOLD's stances are about.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the labels on posts that people labelled: precision, recall and F1 by label, intervals, calibration."""
    from nlp.evaluate import evaluate as measure

    given = _Rows(gold)
    known = _claims(claims) if claims else []
    report = measure(list(given), claims=known, stage=_stage(config))
    for problem in given.problems:
        warn(problem)
    if as_json:
        emit(asdict(report))
    else:
        rows = [(f.task, f.metric, f"{f.value:.3f}", f"{f.low:.3f} to {f.high:.3f}", f.count) for f in report.figures]
        show(["task", "figure", "value", "95 % interval", "posts"], rows)
        for task, confusion in report.confusion.items():
            labels = sorted({label for row in confusion.values() for label in row} | set(confusion))
            counts = [(true, *(row.get(label, 0) for label in labels)) for true, row in sorted(confusion.items())]
            show([f"{task}: truly", *(f"said {label}" for label in labels)], counts)
        for task, bins in report.reliability.items():
            said = [(f"{b.low:.1f} to {b.high:.1f}", b.count, f"{b.chance:.3f}", f"{b.share:.3f}") for b in bins]
            show([f"{task}: how sure", "judgements", "mean probability", "right"], said)
    if given.problems:
        raise typer.Exit(1)


class _Rows:
    """The objects of a file of JSON lines; a line that is none is set aside with where and why, the rest go on."""

    def __init__(self, file: Path, *, needs: tuple[str, ...] = ("text",)) -> None:
        self.problems: list[str] = []
        self._file = file
        self._needs = needs
        if not file.is_file():
            raise UsageError(f"{file}: no such file")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with self._file.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                if not line.strip():
                    continue
                try:
                    yield self._row(json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8")))
                except (ValueError, TypeError) as error:
                    self.problems.append(f"{self._file}:{number}: {error}; the line was left out")

    def _row(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not all(key in value for key in self._needs):
            raise TypeError(f"needs an object with {' and '.join(self._needs)}")
        if not isinstance(value["text"], str):
            raise TypeError(f"text must be a string, not {type(value['text']).__name__}")
        return value


def _claims(file: Path) -> list[Claim]:
    from nlp.claims import Claim

    try:
        values = json.loads(file.read_text(encoding="utf-8-sig"))
        return [
            Claim(
                claim_id=str(value.get("id", value.get("claim_id", ""))),
                statement=value["statement"],
                truth=value.get("truth") or "",
                paraphrases=tuple(value.get("paraphrases", ())),
            )
            for value in values
        ]
    except FileNotFoundError as error:
        raise UsageError(f"{file}: no such file") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f'{file}: needs a JSON list of {{"id","statement","truth"}}: {error!r}') from error


def _stage(config: Path | None) -> LanguageStage:
    from flows.sources import company_of, models_of
    from nlp.pipeline import load_stage

    settings = load(config)
    language = settings.language
    return load_stage(
        company=company_of(settings),
        model_dir=language.model,
        threads=language.threads,
        models=models_of(settings),
    )


def _line(row: dict[str, Any]) -> str:
    """Return a row as JSON; half a character, which JSON can carry and UTF-8 cannot, is escaped as it came."""
    line = json.dumps(row, ensure_ascii=False)
    return line if line.isascii() or not _HALF.search(line) else json.dumps(row)


def _write_lines(out: Path, rows: Iterator[dict[str, Any]]) -> int:
    beside, count = out.with_name(f".{out.name}.{os.getpid()}.part"), 0
    try:
        with beside.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(_line(row) + "\n")
                count += 1
        beside.replace(out)
    except OSError as error:
        raise FlowsError(f"{out}: cannot be written: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)
    return count
