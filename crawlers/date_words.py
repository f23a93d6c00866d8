"""The words that dates are written in: Swedish, English, Danish and Norwegian."""

from __future__ import annotations

import re
from collections.abc import Iterable

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january januar",
            "feb febr februari february februar",
            "mar mars march marts",
            "apr april",
            "maj may mai",
            "jun juni june",
            "jul juli july",
            "aug augusti august",
            "sep sept september",
            "okt oct oktober october",
            "nov november",
            "dec des december desember",
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "mån månd måndag mon monday man mandag",
            "tis tisd tisdag tue tues tuesday tir tirs tirsdag",
            "ons onsd onsdag wed weds wednesday",
            "tor tors torsd torsdag thu thur thurs thursday",
            "fre fred fredag fri friday",
            "lör lörd lördag sat saturday lør lørd lørdag",
            "sön sönd söndag sun sunday søn sønd søndag",
        )
    )
    for name in names.split()
}
DAYS_AGO = {
    **dict.fromkeys(("idag", "i dag", "today"), 0),
    **dict.fromkeys(("igår", "i går", "yesterday"), 1),
    **dict.fromkeys(("i förrgår", "iförrgår", "förrgår", "i forgårs", "forgårs", "i forgår"), 2),
}
UNITS = {
    name: seconds
    for seconds, names in (
        (1, "s sek sekund sekunder sec secs second seconds sekunden"),
        (60, "min mins minut minuter minute minutes minutt minutter"),
        (3600, "h t tim timme timmar hour hours hr hrs time timer"),
        (86400, "d dag dagar dygn dgr day days dage dager døgn"),
        (604800, "v vecka veckor week weeks uge uger uke uker"),
    )
    for name in names.split()
}
"""Months and years are left out: how long ago "a month ago" is nobody can tell."""
ONE = ("en", "ett", "et", "ei", "a", "an", "one")
ABOUT = ("ungefär", "omkring", "cirka", "ca.", "ca", "about", "around", "omtrent", "rundt")
NOW = frozenset(
    (
        *("nyss", "just nu", "precis nu", "alldeles nyss", "nu", "just now", "now", "right now"),
        *("a moment ago", "moments ago", "a few moments ago", "seconds ago", "a few seconds ago", "few seconds ago"),
        *("ett ögonblick sedan", "för ett ögonblick sedan", "för en stund sedan", "en stund sedan"),
        *("för några sekunder sedan", "några sekunder sedan", "för några ögonblick sedan", "några ögonblick sedan"),
        *("mindre än en minut sedan", "för mindre än en minut sedan", "för mindre än 1 minut sedan"),
        *("mindre än 1 minut sedan", "less than a minute ago", "less than 1 minute ago", "under a minute ago"),
        *("lige nu", "akkurat nå", "nå nettopp", "nettopp", "nå", "for et øyeblikk siden", "et øyeblikk siden"),
        *("et øjeblik siden", "for et øjeblik siden", "få sekunder siden", "for få sekunder siden"),
        *("noen sekunder siden", "for noen sekunder siden", "nogle sekunder siden", "for nogle sekunder siden"),
        *("mindre end et minut siden", "for mindre end et minut siden", "mindre enn et minutt siden"),
    )
)
HALVES = {
    **dict.fromkeys(("am", "a.m", "a.m.", "fm", "f.m", "f.m."), 0),
    **dict.fromkeys(("pm", "p.m", "p.m.", "em", "e.m", "e.m."), 12),
}
ZONES = {"utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3}
"""Hours ahead of UTC. Abbreviations that several parts of the world share are left out."""


def alternatives(names: Iterable[str]) -> str:
    """Return a pattern of the names, the longest first."""
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))
