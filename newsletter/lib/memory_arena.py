"""How the C library shares memory among the threads of a process."""

import ctypes

M_ARENA_MAX = -8  # the option's number, from glibc's malloc.h


def use_one_memory_arena() -> None:
    """Make all threads allocate from one arena. Call it before threads start; without glibc it does nothing.

    By default, glibc gives each thread an arena, and each keeps what its thread needed at most. Python lets one thread
    at a time allocate, so several arenas save no time.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)
