"""A process that reads pages asks the system for memory once, not for every page, and seldom looks for cycles."""

import ctypes
import subprocess
import sys

import pytest

from tests.crawlers.test_worker import ROOT

BEFORE = """
import resource, socket
from selectolax.lexbor import LexborHTMLParser
from crawlers import reader

def pages(count):
    for _ in range(count):
        LexborHTMLParser("<div class=post><b>ord</b> och <i>mera</i></div>" * 10_000)
"""
AS_A_READER = """
ours, theirs = socket.socketpair()
ours.shutdown(socket.SHUT_WR)
reader.serve(theirs.detach())
"""
AFTER = """
pages(3)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
pages(5)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
LOOKED = """
import gc
gc.collect()
before = sum(generation["collections"] for generation in gc.get_stats())
for _ in range(20):
    page = [[n] for n in range(5_000)]
print(sum(generation["collections"] for generation in gc.get_stats()) - before)
"""


def asked_for(code: str) -> int:
    """Return the number that a process prints."""
    command = [sys.executable, "-c", code]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="this C library cannot be told"
)
def test_a_reader_reads_the_next_page_in_the_memory_of_the_last() -> None:
    assert asked_for(BEFORE + AS_A_READER + AFTER) * 10 < asked_for(BEFORE + AFTER)


def test_a_reader_looks_for_no_cycles_among_what_a_page_lets_go() -> None:
    assert asked_for(BEFORE + AS_A_READER + LOOKED) == 0 < asked_for(BEFORE + LOOKED)


def test_a_process_that_fetches_looks_for_cycles_among_new_objects_alone() -> None:
    settled = (
        "import gc; from crawlers import memory; memory.settle(); assert gc.isenabled(); print(gc.get_freeze_count())"
    )
    assert asked_for(f"{BEFORE}\n{settled}") > 10_000
