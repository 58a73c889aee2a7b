"""Reads a file that somebody gave as a picture: upright, in sRGB, whole. It and encode_picture.py alone know Pillow.

Files that strangers made are read in a process of its own (encode_in_subprocess.py): no check here bounds what a
decoder does with a file.
"""

import io
from typing import NamedTuple

from PIL import AvifImagePlugin, Image, ImageChops, ImageCms, ImageFile, ImageOps

from newsletter.lib.errors import BadInput

READABLE = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
MAX_PIXELS = 60_000_000  # a file of a few kilobytes may claim to be any size and fill the memory
MIN_SIDE = 16  # pixels; less is a mark that counts readers, not a picture
MAX_SCANS = 100  # of a progressive JPEG; cameras and web sites write about ten
MAX_MISSING = 0.05  # the share of its rows that a file which ends too early may lack
MIN_ALPHA = 8  # of 255; fainter than that nothing is seen
JPEG_START, JPEG_SCAN, JPEG_END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
UNREAD_JPEG = 128  # how libjpeg fills what it did not get; other decoders leave zeros
FIELD = "picture"
HINT = "Use a JPEG, PNG, WebP, AVIF or GIF file."

AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # each thread takes addresses, of which there are few


class Decoded(NamedTuple):
    """An RGB image, or RGBA where something is transparent. `is_cut`: some rows are missing."""

    image: Image.Image
    moves: bool
    is_cut: bool


def decode(data: bytes, *, twice_shown: tuple[int, int]) -> Decoded:
    """The picture in `data`, read no larger than needed for `twice_shown` pixels; raises `BadInput`."""
    head = data[:1000].lstrip().lower()
    if head.startswith((b"<?xml", b"<svg")) or b"<svg" in head:
        raise BadInput(FIELD, "is an SVG drawing, which most email clients do not show.", "Save it as a PNG.")
    if data.startswith(JPEG_START) and data.count(JPEG_SCAN) > MAX_SCANS:
        raise BadInput(FIELD, f"has more than {MAX_SCANS} scans.", "Open it in a picture editor and save it again.")
    try:
        try:
            decoded = _read(data, twice_shown, cut=False)
        except (OSError, ValueError, SyntaxError):  # it ends too early, or something beside its pixels is broken
            decoded = _read(data, twice_shown, cut=True)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (BadInput, MemoryError):
        raise
    # broken files end in errors of many kinds, and none of them is ours
    except Exception:  # noqa: BLE001 — whatever it is, the file cannot be read
        raise BadInput(FIELD, "cannot be read as a picture.", HINT) from None
    _check_visible(decoded.image)
    return decoded


def _read(data: bytes, twice_shown: tuple[int, int], *, cut: bool) -> Decoded:
    ImageFile.LOAD_TRUNCATED_IMAGES = cut
    if cut and data.startswith(JPEG_START):
        data += JPEG_END
    with Image.open(io.BytesIO(data), formats=READABLE) as opened:
        _check_size(*opened.size)
        # in an MPO, a camera hid a second view behind the first
        moves = getattr(opened, "is_animated", False) and opened.format != "MPO"
        opened.draft("RGB", twice_shown)  # a large JPEG is read no larger than needed
        opened.load()
        is_cut = cut and _check_rows(opened)
        return Decoded(_upright(opened), moves, is_cut)


def _check_size(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE:
        raise BadInput(FIELD, f"is {width} × {height} pixels.", "Use a larger picture.")
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> BadInput:
    return BadInput(FIELD, "has too many pixels.", f"Use one of at most {MAX_PIXELS // 1_000_000} million.")


def _check_rows(opened: Image.Image) -> bool:
    """True when rows are missing; raises `BadInput` when they are many."""
    if opened.format in ("JPEG", "MPO"):
        unread = Image.new(opened.mode, opened.size, (UNREAD_JPEG,) * len(opened.getbands()))
        read = ImageChops.difference(opened, unread)
    else:
        read = opened
    if opened.format == "GIF" or "interlace" in opened.info:  # every eighth row comes first, and so on
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
        _, most = image.getchannel("A").getextrema()
        if isinstance(most, int | float) and most < MIN_ALPHA:
            raise BadInput(FIELD, "is fully transparent.", "Use a visible picture.")


def _upright(opened: Image.Image) -> Image.Image:
    """As the eye sees it, in sRGB: RGB, or RGBA where something is transparent."""
    profile = opened.info.get("icc_profile")
    image = ImageOps.exif_transpose(opened)
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits a pixel, of scanners and scientists
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
    """Colours as the file's own profile means them; as they stand where the profile is of no use."""
    try:
        meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        made = ImageCms.profileToProfile(image, meant, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return made or image
