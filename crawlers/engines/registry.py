"""The engines by name, and which of them made a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import cast

from crawlers.engines import evidence
from crawlers.model import Engine, Page

NAMES = (
    *("bluesky", "discourse", "familjeliv", "feed", "flarum", "flashback", "generic", "google_places"),
    *("google_reviews", "invision", "lemmy", "mastodon", "mybb", "nodebb", "phpbb", "reddit", "smf", "spirit"),
    *("trustpilot", "vbulletin", "xenforo", "youtube"),
)
"""Each the name that a site's TOML gives, and of the engine's module."""
GENERIC = "generic"


class _Engines(Mapping[str, Engine]):
    """The engines by name; one is imported when it is asked for, since most passes need few of them."""

    def __getitem__(self, name: str) -> Engine:
        if name not in NAMES:
            raise KeyError(name)
        return cast(Engine, import_module(f"crawlers.engines.{name}"))

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


ENGINES: Mapping[str, Engine] = _Engines()


SUREST = 0.99
"""Nothing is certain about a page that strangers wrote."""


class UnknownEngineError(LookupError):
    """Raised when no engine has the name asked for."""


def get(name: str) -> Engine:
    """Return the engine of a name. Raise UnknownEngineError, naming those there are."""
    try:
        return ENGINES[name]
    except KeyError:
        raise UnknownEngineError(f"no engine is named {name!r}; known: {', '.join(sorted(ENGINES))}") from None


def detect(page: Page) -> list[tuple[str, float]]:
    """Return the engines that may have made a page with how sure each is (above 0, to 1), the surest first.

    Forums describe themselves in schema.org's words too: the engine that reads only those gets what the others leave.
    Cookies and addresses add to what the page itself says, and are never enough alone.
    """
    bare = evidence.without_words(page)
    # What describes its posts is known by its words; all others by what the software wrote around them.
    told = {name: engine.detect(page if name == GENERIC else bare) for name, engine in ENGINES.items()}
    found = {name: confidence for name, confidence in told.items() if confidence > 0}
    if GENERIC in found:
        best = max((confidence for name, confidence in found.items() if name != GENERIC), default=0.0)
        found[GENERIC] *= 1 - best
    for name, confidence in evidence.beside(page).items():
        found[name] = 1 - (1 - found.get(name, 0.0)) * (1 - confidence)
    ranked = sorted(found.items(), key=lambda pair: pair[1], reverse=True)
    return [(name, round(min(confidence, SUREST), 4)) for name, confidence in ranked]
