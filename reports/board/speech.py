"""The two languages of all that people see: sentences from catalogues, dates and numbers as each writes them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from reports import health, swedish
from reports.reasons import Reasoned, reason_of
from warehouse.records import SourceHealth

LANGUAGES = ("sv", "en")
_SWEDISH: Mapping[str, Mapping[str, str]] = {
    "action": swedish.ACTIONS,
    "advice": swedish.ADVICE,
    "cause": swedish.CAUSES,
    "channel": swedish.CHANNELS,
    "complaint_channel": swedish.COMPLAINT_CHANNELS,
    "kind": swedish.KINDS,
    "sentiment": swedish.SENTIMENTS,
    "severity": swedish.SEVERITIES,
    "stance": swedish.STANCES,
    "state": swedish.STATES,
    "topic": swedish.TOPICS,
    "verdict": swedish.VERDICTS,
}


class _Alert(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def subject_id(self) -> str: ...


@cache
def catalogue(language: str) -> Mapping[str, Any]:
    """Return the sentences of a language by section and key: the board's, the digest's, the mails' and the alerts'."""
    found: dict[str, Any] = {}
    for room in ("reports.board", "reports"):
        words = tomllib.loads((files(room) / "words" / f"{language}.toml").read_text(encoding="utf-8"))
        for section, values in words.items():
            found[section] = {**found.get(section, {}), **values}
    return found


@dataclass(frozen=True, slots=True)
class Speech:
    """How one reader is spoken to: the language, and the zone that the hours are told in."""

    language: str
    zone: ZoneInfo

    def t(self, key: str, /, **values: Any) -> str:
        """Return the sentence `section.key` with its values; a key that is not there is a KeyError."""
        section, _, name = key.partition(".")
        text = str(catalogue(self.language)[section][name])
        return text.format(**values) if values else text

    def name(self, group: str, code: str | None) -> str:
        """Return what a code is called; a code that nobody has named stays as it is."""
        if code is None:
            return ""
        words = _SWEDISH.get(group) if self.language == "sv" else None
        return str((words or catalogue(self.language)["names"].get(group, {})).get(code, code))

    def called(self, alert: _Alert, is_candidate: bool = False) -> str:
        """Return what an alert is called: by its kind, and by the topic where it is about one."""
        name = self.name("kind", "candidate" if is_candidate else alert.kind)
        if alert.kind != "topic":
            return name
        return f"{name}: {self.name('topic', alert.subject_id.removeprefix('topic:'))}"

    def reason(self, alert: Reasoned) -> str:
        """Return why an alert was raised."""
        return reason_of(alert, self)

    def also_in(self, topics: Sequence[str]) -> str:
        """Return in which topics a claim is seen too; empty for none."""
        named = self.listed([self.name("topic", topic) for topic in topics])
        return self.t("alerts.also_in", topics=named) if topics else ""

    def names(self, group: str) -> dict[str, str]:
        """Return all codes of a group with what they are called."""
        return dict(_SWEDISH[group] if self.language == "sv" else catalogue(self.language)["names"][group])

    def count(self, value: float, noun: str) -> str:
        """Return a count with its noun in the right number."""
        one, many = catalogue(self.language)["nouns"][noun]
        return f"{self.number(value)}\N{NO-BREAK SPACE}{one if value == 1 else many}"

    def noun(self, value: float, noun: str) -> str:
        """Return a noun in the right number, without the count."""
        one, many = catalogue(self.language)["nouns"][noun]
        return str(one if value == 1 else many)

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with the language's groups and decimal sign."""
        return swedish.number(value, decimals=decimals) if self.language == "sv" else f"{value:,.{decimals}f}"

    def rough(self, value: float) -> str:
        """Return a number with the two figures that a forecast can carry."""
        return self.number(swedish.rough(value))

    def percent(self, share: float) -> str:
        """Return a share as whole percent, never a false 0 % or 100 %."""
        if self.language == "sv":
            return swedish.percent(share)
        if 0 < share < 0.01 or 0.99 < share < 1:
            return "under 1%" if share < 0.5 else "over 99%"
        return f"{round(share * 100)}%"

    def chance(self, probability: float) -> str:
        """Return a probability from a simulation: it cannot know 0 % or 100 %."""
        return self.percent(min(max(probability, 0.005), 0.995))

    def day(self, day: date) -> str:
        """Return `tisdag 14 november 2023` or `Tuesday 14 November 2023`."""
        if self.language == "sv":
            return swedish.long_date(day)
        words = catalogue("en")["calendar"]
        return f"{words['weekdays'][day.weekday()]} {day.day} {words['months'][day.month - 1]} {day.year}"

    def short_day(self, day: date) -> str:
        """Return `14 nov`."""
        months = swedish.MONTHS if self.language == "sv" else catalogue("en")["calendar"]["months"]
        return f"{day.day} {months[day.month - 1][:3].lower() if self.language == 'sv' else months[day.month - 1][:3]}"

    def moment(self, at: datetime, now: datetime | None = None) -> str:
        """Return `14 november kl. 06.30` or `14 November, 06:30`, local, with its year if not `now`'s."""
        if self.language == "sv":
            return swedish.moment(at, self.zone, now)
        local = at.astimezone(self.zone)
        year = f" {local.year}" if now is not None and local.year != now.astimezone(self.zone).year else ""
        return f"{local.day} {catalogue('en')['calendar']['months'][local.month - 1]}{year}, {local:%H:%M}"

    def duration(self, hours: float) -> str:
        """Return hours as people say them: `40 minuter`, `9 timmar`, `4 dygn`."""
        if self.language == "sv":
            return swedish.duration(hours)
        if hours < 1:
            return self.count(max(1, round(hours * 60)), "minute")
        return self.count(round(hours), "hour") if hours < 48 else self.count(round(hours / 24), "day")

    def period(self, start: date, end: date) -> str:
        """Return the days from one to another, both included."""
        if self.language == "sv":
            return swedish.period(start, end)
        return (
            self.short_day(end) + f" {end.year}"
            if start == end
            else f"{self.short_day(start)}–{self.short_day(end)} {end.year}"
        )

    def quoted(self, text: str) -> str:
        """Return `”text”` or `“text”`."""
        return f"”{text}”" if self.language == "sv" else f"“{text}”"

    def listed(self, words: list[str]) -> str:
        """Return `a, b och c`."""
        if self.language == "sv":
            return swedish.listed(words)
        return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)

    def health(self, source: SourceHealth) -> list[str]:
        """Return what is wrong with a source, gravest first, one sentence each."""
        if self.language == "sv":
            return health.sentences(source)
        return [self._warned(warning.kind, warning.field, source) for warning in source.warnings]

    def _warned(self, kind: str, field: str | None, source: SourceHealth) -> str:
        seen = self.duration(source.unseen_hours) if source.unseen_hours is not None else self.t("sources.ever")
        return self.t(
            f"health.{kind}", field=field or "", seen=seen, posts=self.number(source.day_count),
            usual=self.number(source.usual_day_count or 0), low=self.number(source.expected_min),
            high=self.number(source.expected_max),
        )  # fmt: skip

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return what the templates call, by name."""
        own = (
            "called",
            "also_in",
            "reason",
            "number",
            "rough",
            "percent",
            "chance",
            "day",
            "short_day",
            "moment",
            "duration",
            "count",
            "noun",
            "quoted",
        )
        return {"clipped": swedish.clipped, **{name: getattr(self, name) for name in own}}
