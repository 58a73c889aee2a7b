"""Decode an untrusted picture file into an upright sRGB image. Only this module and encode_picture.py use Pillow.

Untrusted files are decoded in a subprocess (encode_in_subprocess.py), because no check here limits what a decoder does
with a file.
"""

import io
from typing import NamedTuple

from PIL import AvifImagePlugin, Image, ImageChops, ImageCms, ImageFile, ImageOps

from newsletter.lib.errors import BadInput

READABLE = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
MAX_PIXELS = 60_000_000  # a file of a few kilobytes can claim any size and fill the memory
MIN_SIDE = 16  # pixels; anything smaller is a tracking pixel, not a picture
MAX_SCANS = 100  # of a progressive JPEG; cameras and websites write about ten
MAX_MISSING = 0.05  # share of rows that may be missing from a truncated file
MIN_ALPHA = 8  # of 255; anything fainter is invisible
JPEG_START, JPEG_SCAN, JPEG_END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
UNREAD_JPEG = 128  # libjpeg fills missing rows with this; other decoders with zeros
FIELD = "picture"
HINT = "Use a JPEG, PNG, WebP, AVIF or GIF file."

AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # each thread takes address space, which is limited


class Decoded(NamedTuple):
    """An RGB image, or RGBA if it has transparency. `moves`: animated. `is_cut`: some rows are missing."""

    image: Image.Image
    moves: bool
    is_is_cut: bool


def decode(data: bytes, *, max_size: tuple[int, int]) -> Decoded:
    """Decode the picture in `data`, at a size no larger than needed for `max_size` pixels; raise `BadInput`."""
    head = data[:1000].lstrip().lower()
    if head.startswith((b"<?xml", b"<svg")) or b"<svg" in head:
        raise BadInput(FIELD, "is an SVG drawing, which most email clients do not show.", "Save it as a PNG.")
    if data.startswith(JPEG_START) and data.count(JPEG_SCAN) > MAX_SCANS:
        raise BadInput(FIELD, f"has more than {MAX_SCANS} scans.", "Open it in a picture editor and save it again.")
    try:
        try:
            decoded = _read(data, max_size, is_cut=False)
        except (OSError, ValueError, SyntaxError):  # truncated, or broken metadata
            decoded = _read(data, max_size, is_cut=True)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (BadInput, MemoryError):
        raise
    # broken files raise errors of many kinds
    except Exception:  # noqa: BLE001 — in any case the file cannot be read
        raise BadInput(FIELD, "cannot be read as a picture.", HINT) from None
    _check_visible(decoded.image)
    return decoded


def _read(data: bytes, max_size: tuple[int, int], *, is_cut: bool) -> Decoded:
    ImageFile.LOAD_TRUNCATED_IMAGES = is_cut
    if is_cut and data.startswith(JPEG_START):
        data += JPEG_END
    with Image.open(io.BytesIO(data), formats=READABLE) as opened:
        _check_size(*opened.size)
        # an MPO file has a second view after the first, which is no animation
        moves = getattr(opened, "is_animated", False) and opened.format != "MPO"
        opened.draft("RGB", max_size)  # decode a large JPEG no larger than needed
        opened.load()
        has_missing_rows = is_cut and _check_rows(opened)
        return Decoded(_upright(opened), moves, has_missing_rows)


def _check_size(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE:
        raise BadInput(FIELD, f"is {width} × {height} pixels.", "Use a larger picture.")
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> BadInput:
    return BadInput(FIELD, "has too many pixels.", f"Use one of at most {MAX_PIXELS // 1_000_000} million.")


def _check_rows(opened: Image.Image) -> bool:
    """Return True if rows are missing; raise `BadInput` if many are."""
    if opened.format in ("JPEG", "MPO"):
        unread = Image.new(opened.mode, opened.size, (UNREAD_JPEG,) * len(opened.getbands()))
        read = ImageChops.difference(opened, unread)
    else:
        read = opened
    if opened.format == "GIF" or "interlace" in opened.info:  # interlaced: rows are not in order
        rows = (read.crop((0, y, read.width, y + 1)) for y in range(read.height))
        missing = sum(row.getbbox(alpha_only=False) is None for row in rows)
    else:
        box = read.getbbox(alpha_only=False)
        missing = read.height - (box[3] if box else 0)
    if missing > MAX_MISSING * opened.height:
        raise BadInput(FIELD, "is incomplete: part of it is missing.", "Use the complete file.")
    return missing > 0


def _check_visible(image: Image.Image) -> None:
    if image.mode == "RGBA":
        _, highest = image.getchannel("A").getextrema()
        if isinstance(highest, int | float) and highest < MIN_ALPHA:
            raise BadInput(FIELD, "is fully transparent.", "Use a visible picture.")


def _upright(opened: Image.Image) -> Image.Image:
    """Return the image upright and in sRGB: RGB, or RGBA if it has transparency."""
    profile = opened.info.get("icc_profile")
    image = ImageOps.exif_transpose(opened)
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits per channel, from scanners
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        profile = None
    elif image.mode in ("P", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    if profile:
        image = _in_srgb(image, profile)
    if image.mode == "RGBA":
        lowest, _ = image.getchannel("A").getextrema()
        return image if isinstance(lowest, int | float) and lowest < 255 else image.convert("RGB")
    return image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert colours from the file's profile to sRGB; unchanged if the profile is unusable."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return made or image
