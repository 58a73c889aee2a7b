"""Makes a file that somebody gave into a picture that every mail program shows.

What comes out is a progressive JPEG or a PNG in sRGB, upright, without the camera's notes (which may say where the
photographer lives), at most twice as wide as it is shown, and within the weight for its use. What is transparent
stays so where that is light enough; otherwise it gets white paper behind it, also at night.
"""

import io
from typing import NamedTuple

from PIL import Image

from newsletter.lib.errors import BadInput
from newsletter.pictures.decode_picture import FIELD, MIN_SIDE, decode

QUALITIES = (85, 80, 75, 70, 65, 60)
FEW_COLOURS = 256  # a drawing or a chart, which JPEG would smear
SHRUNK = 0.8
STILL = "The picture was animated. Only its first frame was kept, because some email clients show no other."
CUT = "The file ends too early; a few rows are missing."


class Limits(NamedTuple):
    """The largest picture of some use, in pixels and bytes."""

    width: int
    height: int
    weight: int


class Encoded(NamedTuple):
    """`kind` is jpg or png; `note` says what was lost, if a person might miss it."""

    data: bytes
    kind: str
    width: int
    height: int
    note: str


def encode(data: bytes, limits: Limits) -> Encoded:
    """A picture within `limits` from any file that shows one; raises `BadInput` otherwise.

    It takes as much time and memory as the file makes it take: see encode_in_subprocess.py.
    """
    image, moves, is_cut = decode(data, twice_shown=(2 * limits.width, 2 * limits.height))
    made = _within(image, limits)
    if min(made.width, made.height) < MIN_SIDE:
        raise BadInput(
            FIELD,
            f"would be {made.width} × {made.height} pixels in an email.",
            "Use a picture that is less long and thin.",
        )
    return made._replace(note=" ".join([STILL] * moves + [CUT] * is_cut))


def _within(image: Image.Image, limits: Limits) -> Encoded:
    width, height = image.size
    scale = min(1.0, limits.width / width, limits.height / height)
    while True:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        fitted = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        kind, data = _lightest(fitted, limits.weight)
        if len(data) <= limits.weight or max(size) <= MIN_SIDE:
            return Encoded(data, kind, *size, note="")
        scale *= SHRUNK


def _lightest(image: Image.Image, weight: int) -> tuple[str, bytes]:
    """The best that weighs at most `weight` bytes, or else the lightest."""
    if image.mode == "RGBA":
        for drawn in (image, image.quantize(FEW_COLOURS, Image.Quantize.FASTOCTREE)):
            if len(data := _png(drawn)) <= weight:
                return "png", data
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    elif image.getcolors(FEW_COLOURS) and len(data := _png(image.quantize(FEW_COLOURS))) <= weight:
        return "png", data
    data = b""
    for quality in QUALITIES:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, progressive=True, optimize=True, exif=b"", icc_profile=None)
        data = file.getvalue()
        if len(data) <= weight:
            break
    return "jpg", data


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    clean = image.copy()
    clean.info = {name: value for name, value in image.info.items() if name == "transparency"}
    clean.save(file, "PNG", optimize=True)
    return file.getvalue()
