"""All threads of a process allocate from one arena."""

import ctypes
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


def test_memory_that_is_not_in_use_is_given_back() -> None:
    program = """
import psutil
from newsletter.lib.memory_arena import return_unused_memory, use_one_memory_arena
use_one_memory_arena()
kept = []
for _ in range(2000):  # what is kept lies between what is not
    kept.append(bytes(600))
    kept.append(bytearray(20_000))
before = psutil.Process().memory_info().rss
del kept[1::2]
return_unused_memory()
print(before - psutil.Process().memory_info().rss)
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("another C library")
    assert int(said.stdout) > 10_000_000
