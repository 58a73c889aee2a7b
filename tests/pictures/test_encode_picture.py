"""Any file in, a picture for letters out."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from newsletter.lib.errors import BadInput
from newsletter.pictures.decode_picture import MAX_PIXELS
from newsletter.pictures.encode_picture import Encoded, SizeLimits, encode
from newsletter.pictures.import_pictures import LIMITS
from newsletter.pictures.models import Use
from tests.pictures.drawn import file, noise, opened, photo, plain

pytestmark = pytest.mark.long

STORY, LOGO = LIMITS[Use.STORY], LIMITS[Use.LOGO]
RED, HALF_RED = (200, 30, 30), (200, 30, 30, 128)


def near(image: Image.Image, place: tuple[int, int], colour: tuple[int, ...], *, by: int = 12) -> bool:
    found = image.convert("RGB").getpixel(place)
    assert isinstance(found, tuple)
    return all(abs(a - b) <= by for a, b in zip(found, colour, strict=True))


def is_fit(made: Encoded, limits: SizeLimits) -> bool:
    """What every picture that leaves must be."""
    image = opened(made.data)
    assert image.size == (made.width, made.height)
    assert (made.width, made.height) <= (limits.width, limits.height)
    assert len(made.data) <= limits.weight
    assert {"jpg": "JPEG", "png": "PNG"}[made.kind] == image.format
    assert not {"exif", "icc_profile", "comment", "xmp", "XML:com.adobe.xmp"} & image.info.keys()
    assert not image.getexif()
    if made.kind == "jpg":
        assert image.mode == "RGB"
        assert image.info.get("progressive")
    return True


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "MPO"])
def test_every_kind_that_people_have_becomes_one_that_mail_programs_show(kind: str) -> None:
    made = encode(file(photo(2400, 1350).convert("P" if kind == "GIF" else "RGB"), kind), STORY)
    assert is_fit(made, STORY)
    assert (made.kind, made.width, made.height, made.note) == ("jpg", 1200, 675, "")


def test_a_small_picture_is_not_enlarged() -> None:
    made = encode(file(photo(400, 300), "JPEG"), STORY)
    assert (made.width, made.height) == (400, 300)


def test_a_tall_one_is_bounded_by_its_height() -> None:
    made = encode(file(photo(1000, 4000), "JPEG"), STORY)
    assert (made.width, made.height) == (400, 1600)


def test_the_heaviest_picture_is_brought_under_the_limit() -> None:
    made = encode(file(noise(1600, 1200), "JPEG", quality=95), STORY)
    assert is_fit(made, STORY)
    assert made.width < 1200  # quality alone would not do


def test_quality_is_given_up_before_size() -> None:
    grainy = Image.blend(photo(1200, 800), noise(1200, 800), 0.18)
    made = encode(file(grainy, "JPEG", quality=95), STORY)
    assert is_fit(made, STORY)
    assert made.width == 1200


def test_it_stands_upright_and_tells_nothing_of_the_camera() -> None:
    image = plain(400, 200)
    image.paste((0, 0, 200), (0, 0, 100, 200))  # blue at the left
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side: left is up
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[2] = (47.0, 36.0, 12.0)  # where the photographer lives
    made = encode(file(image, "JPEG", exif=exif, comment=b"Written by hand", quality=95), STORY)
    assert is_fit(made, STORY)
    assert (made.width, made.height) == (200, 400)
    assert near(opened(made.data), (100, 20), (0, 0, 200))
    assert near(opened(made.data), (100, 390), RED)


def test_colours_are_as_the_file_means_them() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    made = encode(file(plain(300, 200), "JPEG", icc_profile=lab.tobytes(), quality=95), STORY)
    assert is_fit(made, STORY)
    assert near(opened(made.data), (10, 10), RED)
    assert is_fit(encode(file(plain(300, 200), "PNG", icc_profile=b"nonsense" * 20), STORY), STORY)


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        (noise(300, 200, "CMYK"), None),
        (plain(300, 200, (0, 255, 255, 0), "CMYK"), (255, 0, 0)),
    ],
)
def test_inks_become_light(image: Image.Image, shown: tuple[int, int, int] | None) -> None:
    made = encode(file(image, "JPEG", quality=95), STORY)
    assert is_fit(made, STORY)
    assert shown is None or near(opened(made.data), (50, 50), shown, by=30)


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "LA", "RGBA"])
def test_every_way_to_write_a_dot_is_understood(mode: str) -> None:
    image = Image.new("I;16", (300, 200), 40_000) if mode == "I;16" else plain(300, 200).convert(mode)
    made = encode(file(image), STORY)
    assert is_fit(made, STORY)
    if mode == "I;16":
        assert near(opened(made.data), (10, 10), (156, 156, 156))


def test_what_is_transparent_stays_so_where_that_is_light() -> None:
    for image in (plain(500, 200, HALF_RED, "RGBA"), plain(500, 200, HALF_RED, "RGBA").quantize(8)):
        made = encode(file(image), LOGO)
        assert is_fit(made, LOGO)
        assert made.kind == "png"
        _, _, _, alpha = opened(made.data).convert("RGBA").getpixel((5, 5))  # type: ignore[misc]  # four numbers
        assert 120 < alpha < 136


@pytest.mark.parametrize(
    ("ink", "share"), [((20, 20, 20), 100), ((0, 0, 160), 100), (RED, 100), ((250, 200, 40), 0), ((255, 255, 255), 0)]
)
def test_of_a_transparent_logo_it_is_measured_how_much_would_not_be_seen_on_dark_paper(
    ink: tuple[int, int, int], share: int
) -> None:
    image = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    image.paste((*ink, 255), (40, 40, 200, 160))
    assert encode(file(image), LOGO).dark_share == share


def test_a_logo_with_paper_of_its_own_is_seen_on_any_paper() -> None:
    assert encode(file(plain(600, 200, (20, 20, 20))), LOGO).dark_share is None
    assert encode(file(photo(900, 600)), STORY).dark_share is None


def test_a_logo_of_two_shades_is_dark_by_their_shares() -> None:
    image = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (0, 0, 300, 200))
    image.paste((0, 0, 0, 255), (300, 0, 400, 200))
    share = encode(file(image), LOGO).dark_share
    assert share
    assert 23 <= share <= 27


def test_a_heavy_transparent_picture_gets_white_paper() -> None:
    image = noise(1000, 700, "RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 400, 400))
    made = encode(file(image), STORY)
    assert is_fit(made, STORY)
    assert made.kind == "jpg"
    assert near(opened(made.data), (40, 40), (255, 255, 255))


def test_a_picture_that_could_be_transparent_and_is_not_is_a_photograph() -> None:
    image = photo(1200, 800).convert("RGBA")
    assert encode(file(image), STORY).kind == "jpg"


def test_a_drawing_of_few_colours_keeps_its_edges() -> None:
    image = plain(1000, 500, "white")
    for n in range(0, 1000, 20):
        image.paste((0, 0, 0), (n, 0, n + 1, 500))
    made = encode(file(image), STORY)
    assert (made.kind, is_fit(made, STORY)) == ("png", True)
    assert near(opened(made.data), (20, 100), (0, 0, 0), by=0)


def test_of_a_moving_picture_the_first_image_is_kept_and_that_is_said() -> None:
    frames = [plain(300, 200, colour) for colour in (RED, (0, 200, 0), (0, 0, 200))]
    for kind in ("GIF", "WEBP", "PNG"):
        made = encode(file(frames[0], kind, save_all=True, append_images=frames[1:], duration=100), STORY)
        assert is_fit(made, STORY)
        assert near(opened(made.data), (10, 10), RED)
        assert made.note.startswith("The picture was animated. Only its first frame was kept")


@pytest.mark.parametrize("missing", [1, 2, 12, 40])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_a_file_that_lacks_a_few_bytes_is_read(kind: str, missing: int) -> None:
    whole = file(photo(600, 400), kind, quality=95)
    assert is_fit(encode(whole[:-missing], STORY), STORY)


def test_a_progressive_jpeg_that_lacks_a_few_bytes_is_read() -> None:
    whole = file(photo(600, 400), "JPEG", progressive=True)
    assert is_fit(encode(whole[:-3], STORY), STORY)


def test_rows_that_are_missing_are_said() -> None:
    assert "a few rows are missing" in encode(file(noise(300, 200))[:-3000], STORY).note


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_half_a_picture_is_refused(kind: str) -> None:
    whole = file(noise(600, 400), kind)
    with pytest.raises(BadInput, match="part of it is missing"):
        encode(whole[: len(whole) // 2], STORY)


@pytest.mark.parametrize("name", [b"tEXt", b"zTXt", b"iTXt"])
def test_a_large_text_beside_the_pixels_does_no_harm(name: bytes) -> None:
    text = {
        b"tEXt": b"Comment\0" + b"a" * 3_000_000,
        b"zTXt": b"Comment\0\0" + zlib.compress(b"a" * 3_000_000),
        b"iTXt": b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"a" * 3_000_000),
    }[name]
    whole = file(photo(300, 200))
    made = encode(whole[:33] + chunk(name, text) + whole[33:], STORY)
    assert (made.width, made.note) == (300, "")


# --- what is refused ------------------------------------------------------------------------


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be of any size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [int(MAX_PIXELS**0.5) + 1, 10_000, 20_000, 60_000, 2**31 - 1])
def test_a_small_file_that_claims_to_be_huge_is_refused_before_it_is_unpacked(side: int) -> None:
    with pytest.raises(BadInput, match="too many pixels"):
        encode(claiming(side, side), STORY)


@pytest.mark.parametrize("size", [(20, 8000), (8000, 20), (30_000, 80)])
def test_a_strip_that_would_be_a_line_in_the_email_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(BadInput, match=r"would be \d+ × \d+ pixels in an email\. .*less long and thin"):
        encode(file(plain(*size)), STORY)


@pytest.mark.parametrize("alpha", [0, 3])
def test_a_picture_that_nobody_can_see_is_refused(alpha: int) -> None:
    with pytest.raises(BadInput, match="fully transparent"):
        encode(file(plain(300, 200, (200, 30, 30, alpha), "RGBA")), LOGO)


def test_a_progressive_jpeg_of_hundreds_of_scans_is_refused_before_it_is_read() -> None:
    with pytest.raises(BadInput, match="more than 100 scans"):
        encode(many_scans(100), STORY)
    assert encode(many_scans(20), STORY).kind == "png"


def many_scans(count: int) -> bytes:
    """The last scan of a progressive JPEG again and again: each costs a decoder time for every block of 8 × 8."""
    whole = file(plain(300, 200), "JPEG", progressive=True)
    return whole[:-2] + whole[whole.rindex(b"\xff\xda") : -2] * count + whole[-2:]


@pytest.mark.parametrize(
    "svg",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\n <?xml version='1.0'?><svg/>",
        b"<!-- a logo --><SVG width='1'>",
    ],
)
def test_a_drawing_in_svg_is_refused_by_name(svg: bytes) -> None:
    with pytest.raises(BadInput, match=r"SVG .* Save it as a PNG\."):
        encode(svg, LOGO)


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"<!doctype html><title>Not found</title>", b"%PDF-1.7", b"GIF89a", b"\xff\xd8\xff\xe0", b"\0" * 5000),
        file(photo(800, 600), "JPEG")[:6000],  # cut short
        file(photo(800, 600), "PNG")[:6000],
        file(plain(100, 100), "TIFF"),  # readable, but not by us: fewer readers, fewer holes
        file(plain(100, 100), "BMP"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n",
    ],
)
def test_what_is_no_picture_for_us_is_refused_with_a_mend(data: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        encode(data, STORY)
    assert caught.value.field == "picture"
    assert caught.value.hint


def test_a_dot_that_counts_readers_is_no_picture() -> None:
    with pytest.raises(BadInput, match="1 × 1 pixels"):
        encode(file(plain(1, 1), "GIF"), STORY)


@given(st.data())
def test_a_damaged_file_is_a_picture_or_refused_and_nothing_else(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"]))
    damaged = bytearray(file(noise(40, 30), kind))
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        made = encode(bytes(damaged), SizeLimits(100, 100, 5000))
    except BadInput:
        return
    assert Image.open(io.BytesIO(made.data)).size == (made.width, made.height)
