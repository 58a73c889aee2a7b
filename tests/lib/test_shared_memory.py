"""Workers need shared memory; a machine without it is told so in one sentence."""

import errno
import os
from typing import Never

import pytest

from newsletter.lib.errors import NewsletterError
from newsletter.lib.shared_memory import require_shared_memory


def test_a_machine_with_shared_memory_passes() -> None:
    require_shared_memory()


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.ENOSYS])
def test_the_error_says_how_to_mount_shared_memory(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object, **__: object) -> Never:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("multiprocessing.synchronize.SemLock.__init__", refuse)
    with pytest.raises(NewsletterError, match=r"^Workers need shared memory, .* mount -t tmpfs .* /dev/shm$") as told:
        require_shared_memory()
    assert os.strerror(number) in str(told.value)
