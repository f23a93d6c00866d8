"""A process that sends what waits in a data folder's outbox: its test kills it between sending and recording."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

from flows.config import validate
from flows.delivery.sending import send_due
from flows.paths import paths_of
from warehouse.connection import open_warehouse

if __name__ == "__main__":
    config = validate(json.loads(sys.argv[1]), where="child")
    at = datetime.fromisoformat(sys.argv[2])
    with open_warehouse(Path(paths_of(config).warehouse)) as con:
        send_due(con, config, clock=lambda: at, kinds=("alert",))
