"""What review sites have in common: stars become words, and each review with its answer is a thread of its own."""

from __future__ import annotations

from crawlers.model import Site

WORST, BEST = 1, 5


def with_stars(stars: int | None, *said: str) -> str:
    """Return a review's words under its verdict. Stars are part of what was said: many reviews say nothing else."""
    verdict = f"Betyg: {stars} av {BEST}" if stars is not None and WORST <= stars <= BEST else ""
    return "\n".join(filter(None, (verdict, *said)))


def title_of(company: str, site: Site, title: str = "") -> str:
    """Return a thread's title, which names the company: those who review it seldom do."""
    return ": ".join(filter(None, (site.query or company, title)))
