"""What is done beside a step, in a thread and on a connection of its own: DuckDB and NumPy leave Python to the step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from flows.desk import Desk
from warehouse.connection import one_thread
from warehouse.lake import is_lake


@contextmanager
def beside(desk: Desk, do: Callable[[Desk], object]) -> Iterator[None]:
    """Do something that neither needs nor changes what happens inside; on a lake, whose writers take turns, after it.

    Raises at the end what it raises, unless what happens inside has failed.
    """
    if is_lake(desk.con):
        yield
        do(desk)
        return
    with one_thread(desk.con), desk.con.cursor() as own, ThreadPoolExecutor(max_workers=1) as pool:
        own.execute("SET TimeZone = 'UTC'")
        done = pool.submit(do, replace(desk, con=own))
        yield
        done.result()
