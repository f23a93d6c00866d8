"""Annotates a few posts on Dask workers, one of them poison, and prints what the tables then hold."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from flows.spread import annotate_spread
from tests.flows.desks import a_desk, land, told
from tests.warehouse.landings import hours
from warehouse.audit import table_hashes

COUNT = 24


def main() -> None:
    with a_desk(Path(sys.argv[1])) as desk:
        config = desk.config
        desk.config = config.model_copy(update={"language": config.language.model_copy(update={"workers": 2})})
        fill(desk)
        count = annotate_spread(desk, batch=5)
        print(json.dumps({"count": count, "tables": table_hashes(desk.con)}))


def fill(desk) -> None:
    posts = [told(n, f"Brevet från Open Infra, nummer {n}. Stämmer det?", hours(n % 7)) for n in range(COUNT)]
    land(desk, "1", [*posts, replace(posts[0], post_id="odd", text="\x00" * 3 + "Open Infra" * 400)])


if __name__ == "__main__":
    main()
