"""Swedish as a newsroom writes it: dates, numbers, shares, durations and the names of our codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
    "december",
)  # fmt: skip
TOPICS = {
    "terms": "Avtal och villkor",
    "maintenance_fee": "Drift och underhåll",
    "price": "Pris och avgifter",
    "marketing": "Försäljning och marknadsföring",
    "billing": "Faktura och betalning",
    "outage": "Driftstörning",
    "speed": "Hastighet och kvalitet",
    "installation": "Leverans, grävning och installation",
    "support": "Kundtjänst och bemötande",
    "switching": "Uppsägning, flytt och byte",
    "complaints": "KO, ARN och anmälan",
    "other": "Övrigt",
}
STANCES = {"support": "sprider", "deny": "dementerar", "query": "frågar", "comment": "kommenterar"}
SENTIMENTS = {"negative": "negativ", "neutral": "neutral", "positive": "positiv"}
SEVERITIES = {"watch": "Bevakning", "warning": "Varning", "critical": "Kritiskt"}
KINDS = {
    "alarm": "Påståendet sprids",
    "mismatch": "Rättelsen når inte alla som vilseleds",
    "void": "Frågor utan svar från oss",
    "silence": "En källa är tyst",
    "candidate": "Något sprids som inget påstående förklarar",
    "mailing": "Ett utskick citeras",
    "topic": "Missnöjet växer",
}
STATES = {
    "new": "ny",
    "acknowledged": "någon tittar på den",
    "handled": "åtgärdad",
    "false_alarm": "falskt larm",
}
CHANNELS = {
    "letter_first": "brev (1:a klass)",
    "letter_first_2026": "brev (1:a klass, 2026 års krav)",
    "letter_economy": "brev (ekonomi)",
    "email": "e-post",
    "sms": "sms",
    "thread_post": "officiellt inlägg i tråden",
    "web": "webbplatsen",
    "customer_service": "kundtjänst",
}
COMPLAINT_CHANNELS = {"ko": "KO", "arn": "ARN", "customer_service": "kundtjänst"}
ACTIONS = {
    "nothing": "Ingen rättelse alls",
    "planned": "Rättelsen som planerat",
    "email": "Samma rättelse som e-post till alla berörda",
    "thread_post": "Ett officiellt inlägg i tråden",
    "email_and_thread_post": "E-post och officiellt inlägg",
}
ADVICE = {
    "email": "Skicka rättelsen som e-post till alla berörda",
    "thread_post": "Skriv ett officiellt inlägg i tråden",
    "email_and_thread_post": "Skicka rättelsen som e-post till alla berörda och skriv ett officiellt inlägg i tråden",
}
VERDICTS = {"unverified": "inte prövat", "disputed": "omstritt", "false": "falskt", "true": "sant"}
CAUSES = {
    "dns": "adressen går inte att slå upp",
    "timeout": "sajten svarar inte i tid",
    "refused": "sajten nekar oss",
    "robots": "sajtens robots.txt säger nej",
    "challenge": "sajten kräver mänsklig kontroll; vi stannar där",
    "login_wall": "sajten kräver inloggning",
    "site_changed": "sidan ser inte ut som den brukar",
    "http_error": "sajten svarar med ett fel",
    "truncated": "svaret kom bara delvis",
}


def number(value: float, *, decimals: int = 0) -> str:
    """Return a number with decimal comma and thin groups: 12 400 or 3,5."""
    return f"{value:,.{decimals}f}".replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


def percent(share: float) -> str:
    """Return a share as whole percent, never a false 0 % or 100 %."""
    if 0 < share < 0.01:
        return "under 1\N{NO-BREAK SPACE}%"
    if 0.99 < share < 1:
        return "över 99\N{NO-BREAK SPACE}%"
    return f"{round(share * 100)}\N{NO-BREAK SPACE}%"


def chance(probability: float) -> str:
    """Return a probability from a simulation: it cannot know 0 % or 100 %."""
    return percent(min(max(probability, 0.005), 0.995))


def rough(value: float) -> float:
    """Return the value with the two figures that a forecast can carry: 12 345 becomes 12 000."""
    if abs(value) < 10:
        return round(value)
    return round(value, 2 - len(str(int(abs(value)))))


def counted(count: float, one: str, many: str) -> str:
    """Return a count with its noun in the right number: `1 fråga`, `2 frågor`."""
    return f"{number(count)}\N{NO-BREAK SPACE}{one if count == 1 else many}"


def long_date(day: date) -> str:
    """Return `tisdag 14 november 2023`."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def period(start: date, end: date) -> str:
    """Return days as `13–19 november 2023`, `30 oktober–5 november 2023`, or both with their years."""
    if start == end:
        return f"{end.day} {MONTHS[end.month - 1]} {end.year}"
    year = "" if start.year == end.year else f" {start.year}"
    month = "" if (start.year, start.month) == (end.year, end.month) else f" {MONTHS[start.month - 1]}"
    return f"{start.day}{month}{year}–{end.day} {MONTHS[end.month - 1]} {end.year}"


def moment(at: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """Return `14 november kl. 06.30`, in local time; with its year where that is another than it is `now`."""
    local = at.astimezone(zone)
    year = f" {local.year}" if now is not None and local.year != now.astimezone(zone).year else ""
    return f"{local.day} {MONTHS[local.month - 1]}{year} kl. {local:%H.%M}"


def duration(hours: float) -> str:
    """Return hours as people say them: `40 minuter`, `9 timmar`, `4 dygn`."""
    if hours < 1:
        return counted(max(1, round(hours * 60)), "minut", "minuter")
    if hours < 48:
        return counted(round(hours), "timme", "timmar")
    return f"{number(round(hours / 24))}\N{NO-BREAK SPACE}dygn"


def listed(words: Sequence[str]) -> str:
    """Return `a, b och c`."""
    return f"{', '.join(words[:-1])} och {words[-1]}" if len(words) > 1 else "".join(words)


def inside(name: str) -> str:
    """Return a heading as it stands inside a sentence: `boende i BRF Linden`; `BRF` keeps its capitals."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def clipped(text: str, limit: int) -> str:
    """Return the text cut at a word's end, at most `limit` characters, the cut shown."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[:limit].rsplit(" ", 1)[0].rstrip(",.;:") + " …"
