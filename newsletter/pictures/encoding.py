"""Makes a file that somebody gave into a picture that every mail program shows. The only file that knows Pillow.

What comes out is a progressive JPEG or a PNG in sRGB, upright, without the camera's notes (which may say where the
photographer lives), at most twice as wide as it is shown, and within the weight for its use. What is transparent
stays so where that is light enough; otherwise it gets white paper behind it, also at night.
"""

import io
from typing import NamedTuple

from PIL import Image, ImageCms, ImageOps

from newsletter.lib.errors import BadInput

READABLE = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
MOST_PIXELS = 60_000_000  # a file of a few kilobytes may claim to be any size and fill the memory
SMALLEST = 16  # pixels a side; less is a mark that counts readers, not a picture
QUALITIES = (85, 80, 75, 70, 65, 60)
FEW_COLOURS = 256  # a drawing or a chart, which JPEG would smear
SHRUNK = 0.8
STILL = "It moved; its first image is kept, as some mail programs show no other."
FIELD = "picture"
MEND = "Give a JPEG, PNG, WebP, AVIF or GIF file."


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
    """A picture within `limits` from any file that shows one; raises `BadInput` otherwise."""
    head = data[:1000].lstrip().lower()
    if head.startswith((b"<?xml", b"<svg")) or b"<svg" in head:
        raise BadInput(FIELD, "is an SVG drawing, which most mail programs do not show.", "Save it as a PNG.")
    try:
        with Image.open(io.BytesIO(data), formats=READABLE) as opened:
            _check_size(*opened.size)
            # in an MPO, a camera hid a second view behind the first
            moves = getattr(opened, "n_frames", 1) > 1 and opened.format != "MPO"
            opened.draft("RGB", (2 * limits.width, 2 * limits.height))  # a large JPEG is read no larger than needed
            opened.load()
            image = _upright(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except BadInput:
        raise
    # broken files end in errors of many kinds, and none of them is ours
    except Exception:  # noqa: BLE001 — whatever it is, the file cannot be read
        raise BadInput(FIELD, "is not a file that we can read as a picture.", MEND) from None
    made = _within(image, limits)
    return made._replace(note=STILL) if moves else made


def _check_size(width: int, height: int) -> None:
    if min(width, height) < SMALLEST:
        raise BadInput(FIELD, f"is {width} × {height} pixels.", "Give one that can be seen.")
    if width * height > MOST_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> BadInput:
    return BadInput(FIELD, "has too many pixels.", f"Give one of at most {MOST_PIXELS // 1_000_000} million.")


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


def _within(image: Image.Image, limits: Limits) -> Encoded:
    width, height = image.size
    scale = min(1.0, limits.width / width, limits.height / height)
    while True:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        fitted = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        kind, data = _lightest(fitted, limits.weight)
        if len(data) <= limits.weight or max(size) <= SMALLEST:
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
