"""What a process keeps of its memory: set before a library starts a thread, it holds for all."""

from __future__ import annotations

import ctypes
import os

#: set to `off`, this variable leaves everything as ROS has it
SWITCH = 'IGTL_ROS2_TUNING'
# of <malloc.h>
_M_TRIM_THRESHOLD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -4, -8


def keep_memory() -> None:
    """
    Keep the memory of large messages for the next ones; the system's pages cost more.

    A thread that is there already may have made the C library decide that each of the next ones
    has memory of its own, which goes back to the system: call it before numpy is imported.
    """
    if os.environ.get(SWITCH) == 'off':
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return  # another C library than glibc
    for option, value in ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, 2**31 - 1), (_M_ARENA_MAX, 1)):
        mallopt(option, value)
