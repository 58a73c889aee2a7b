"""Convert a picture file into one that every email client displays.

The result is a progressive JPEG or a PNG in sRGB, upright, without metadata (which may reveal where the photographer
lives), at most twice as wide as displayed, and within the size limit for its use. Transparency is kept if the file is
small enough; otherwise the picture gets a white background, in dark mode too.
"""

import io
from typing import NamedTuple

from PIL import Image

from newsletter.lib.errors import BadInput
from newsletter.pictures.decode_picture import FIELD, MIN_SIDE, decode

QUALITIES = (85, 80, 75, 70, 65, 60)
FEW_COLOURS = 256  # a drawing or chart, which JPEG would blur
SHRINK_FACTOR = 0.8
SAMPLE = 200  # pixels; the darkness of a picture is measured on a small copy
HALF_VISIBLE = 128  # of 255, alpha
DARK = 101  # of 255, luma; a darker one has a contrast below 3 with the dark paper of emails
ANIMATION_NOTE = "The picture was animated. Only its first frame was kept, because some email clients show no other."
TRUNCATED_NOTE = "The file ends too early; a few rows are missing."


class SizeLimits(NamedTuple):
    """The maximum size of a picture for one use: pixels, and `weight` in bytes."""

    width: int
    height: int
    weight: int


class Encoded(NamedTuple):
    """An encoded picture. `kind` is jpg or png; `note` tells people what was lost, if anything.

    `dark_share` is the share of what is visible that is too dark for dark mode, in per cent; None without transparency.
    """

    data: bytes
    kind: str
    width: int
    height: int
    note: str
    dark_share: int | None


def encode(data: bytes, limits: SizeLimits) -> Encoded:
    """Return a picture within `limits`; raise `BadInput` if the file has none.

    Time and memory depend on the file and are not limited here: see encode_in_subprocess.py.
    """
    image, moves, is_cut = decode(data, max_size=(2 * limits.width, 2 * limits.height))
    made = _within(image, limits)
    if min(made.width, made.height) < MIN_SIDE:
        raise BadInput(
            FIELD,
            f"would be {made.width} × {made.height} pixels in an email.",
            "Use a picture that is less long and thin.",
        )
    return made._replace(note=" ".join([ANIMATION_NOTE] * moves + [TRUNCATED_NOTE] * is_cut))


def _within(image: Image.Image, limits: SizeLimits) -> Encoded:
    width, height = image.size
    scale = min(1.0, limits.width / width, limits.height / height)
    while True:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        fitted = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        kind, data = _lightest(fitted, limits.weight)
        if len(data) <= limits.weight or max(size) <= MIN_SIDE:
            return Encoded(data, kind, *size, note="", dark_share=_dark_share(fitted) if kind == "png" else None)
        scale *= SHRINK_FACTOR


def _dark_share(image: Image.Image) -> int | None:
    if image.mode != "RGBA":
        return None
    small = image.copy()
    small.thumbnail((SAMPLE, SAMPLE))
    visible = small.getchannel("A").point(lambda alpha: 255 * (alpha >= HALF_VISIBLE))
    shades = small.convert("L").histogram(visible)
    return round(100 * sum(shades[:DARK]) / max(1, sum(shades)))


def _lightest(image: Image.Image, weight: int) -> tuple[str, bytes]:
    """Return the best encoding of at most `weight` bytes, or else the smallest."""
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
