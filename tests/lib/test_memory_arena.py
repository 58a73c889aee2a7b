"""All threads of a process allocate from one arena."""

import subprocess
import sys

import pytest

# each thread keeps a block alive; the C library tells its arenas in XML, one `heap` element each
PROGRAM = """
import ctypes, os, sys, threading
from newsletter.lib.memory_arena import use_one_memory_arena

libc = ctypes.CDLL(None)
if not hasattr(libc, "malloc_info"):
    sys.exit("no glibc")
if sys.argv[1] == "one":
    use_one_memory_arena()
together, blocks = threading.Barrier(4), []
def allocate():
    together.wait()
    blocks.append([bytes(2000) for _ in range(1000)])
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, stream)
libc.fflush(stream)
"""


@pytest.mark.parametrize(("how", "is_one"), [("one", True), ("as usual", False)])
def test_threads_share_an_arena_where_the_c_library_has_several(how: str, is_one: bool) -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=False)
    if said.stderr == "no glibc\n":
        pytest.skip("another C library")
    assert (said.stdout.count("<heap ") == 1) is is_one, said.stderr
