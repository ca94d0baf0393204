"""What the C library keeps of freed memory, and when it gives it back (glibc, mallopt(3))."""

from __future__ import annotations

import ctypes
import gc

_M_MMAP_THRESHOLD, _LARGE_BYTES = -3, 256 << 10
# Setting the one stops the C library from raising the other, and then every answer trims the heap.
_M_TRIM_THRESHOLD, _SPARE_BYTES = -1, 16 << 20


def return_large_blocks() -> bool:
    """Let the C library give large blocks back as soon as they are free; tell whether it can.

    Else it takes bodies and results of many megabytes, once seen, for a reason to keep such blocks
    in the heap, where what lies between them keeps them from going back.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    kept = mallopt(_M_TRIM_THRESHOLD, _SPARE_BYTES)
    returned = mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
    return bool(kept == 1 and returned == 1)


def return_freed() -> None:
    """Free what only refers to itself, and give the system what lies free in the heap."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
