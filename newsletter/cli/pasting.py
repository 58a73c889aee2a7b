"""Text copied from a web page becomes a story: shows what each line was taken for, and offers the appeal found in it."""

from typing import Any


def add(*args: Any, **kwargs: Any) -> Any:
    raise NotImplementedError
