"""The four places of the town. All are invented; each is built like a kind of site that exists."""

from __future__ import annotations

from dataclasses import dataclass

NOTICE = "SIMULERING: inlägg, namn, datum och belopp är påhittade. Simulation: everything here is invented."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    name: str
    """The source's name in the product."""
    title: str
    engine: str
    encoding: str
    page_size: int
    """Posts on a page of a thread."""
    first_post_id: int
    first_thread_id: int
    start_path: str
    """Where a crawl begins."""


HUSKNUTEN = Place(
    name="husknuten",
    title="Husknuten",
    engine="xenforo",
    encoding="utf-8",
    page_size=20,
    first_post_id=412_300,
    first_thread_id=31_070,
    start_path="/forums/bredband-och-teknik.12/",
)
TORGSKRIKET = Place(
    name="torgskriket",
    title="Torgskriket",
    engine="flashback",
    encoding="windows-1252",
    page_size=15,
    first_post_id=80_114_200,
    first_thread_id=3_402_100,
    start_path="/f327",
)
FIBERSTUGAN = Place(
    name="fiberstugan",
    title="Fiberstugan",
    engine="discourse",
    encoding="utf-8",
    page_size=20,
    first_post_id=9_040,
    first_thread_id=1_120,
    start_path="/",
)
DATORHORNAN = Place(
    name="datorhornan",
    title="Datorhörnan",
    engine="feed",
    encoding="utf-8",
    page_size=50,
    first_post_id=20_330_500,
    first_thread_id=1_709_800,
    start_path="/feeds/forum",
)
PLACES = {place.name: place for place in (HUSKNUTEN, TORGSKRIKET, FIBERSTUGAN, DATORHORNAN)}
