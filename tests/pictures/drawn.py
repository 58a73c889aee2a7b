"""Pictures for tests, as files of any kind."""

import io
import random
from typing import Any

from PIL import Image


def noise(width: int, height: int, mode: str = "RGB", *, seed: int = 1) -> Image.Image:
    """As hard to make small as a photograph of gravel."""
    depth = {"RGB": 3, "RGBA": 4, "CMYK": 4, "L": 1, "LA": 2}[mode]
    return Image.frombytes(mode, (width, height), random.Random(seed).randbytes(width * height * depth))  # noqa: S311 — the same each time


def plain(width: int, height: int, colour: Any = (200, 30, 30), mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), colour)


def photo(width: int = 1600, height: int = 900) -> Image.Image:
    """Soft, with some grain: near enough to a photograph."""
    return noise(width // 40, height // 40).resize((width, height), Image.Resampling.BICUBIC)


def file(image: Image.Image, kind: str = "PNG", **said: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **said)
    return made.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
