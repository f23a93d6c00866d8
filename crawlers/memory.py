"""The memory of a process that reads page after page: what one page's tree took is kept for the next."""

from __future__ import annotations

import ctypes
import gc
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""As the C library's malloc.h numbers them."""
KEPT_BYTES = 32 << 20
"""Enough for the tree of a page of some megabytes; most pages take two."""
LARGEST_BYTES = 8 << 20
"""A larger piece (a text of as many characters) is asked of the system by itself, and handed back at once."""
NEW_OBJECTS = 50_000
"""So many that are still there make Python look which of them only hold each other: a page has some thousand, and
lets go of them all."""

CYCLE_OBJECTS = 5_000
"""What a process that fetches may leave so long holds a few megabytes of pages."""


def keep() -> None:
    """Have the C library keep freed memory, where by itself it hands every page's back and asks for it anew.

    The system clears memory before it gives it, which takes about a tenth of the time of reading a page. A C library
    that cannot be told is left as it is. Python's search for objects that hold each other takes another tenth.
    """
    gc.set_threshold(NEW_OBJECTS)
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if library is not None and hasattr(library, "mallopt"):
        library.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        library.mallopt(M_MMAP_THRESHOLD, LARGEST_BYTES)


def settle() -> None:
    """Have Python's search for cycles pass by what is there now, modules above all, and look at the rest less often.

    A process that fetches makes some hundred objects a page that only hold each other; their search took as long as
    writing the page to the archive.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(CYCLE_OBJECTS)
