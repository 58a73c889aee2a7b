"""A file is read by a process of its own, which ends when the file asks for too much."""

import sys
from pathlib import Path

import pytest
from PIL import Image
from structlog.testing import capture_logs

from newsletter.lib.errors import BadInput
from newsletter.pictures import encode_in_subprocess, encoding_limits
from newsletter.pictures.encode_in_subprocess import PictureEncoderUnavailable, encode
from newsletter.pictures.encode_picture import encode as encode_here
from newsletter.pictures.import_pictures import LIMITS
from newsletter.pictures.models import Use
from tests.pictures.drawn import file, photo, plain

STORY = LIMITS[Use.STORY]


def bound(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """`program` runs in place of ours, with its arguments behind it."""
    monkeypatch.setattr(encode_in_subprocess, "COMMAND", [sys.executable, "-c", program])


def test_it_makes_what_the_same_code_makes_here() -> None:
    given = file(photo(1500, 900), "JPEG")
    assert encode(given, STORY) == encode_here(given, STORY)


def test_what_is_wrong_with_a_file_is_said_in_the_same_words() -> None:
    with pytest.raises(BadInput) as refused:
        encode(b"<svg/>", STORY)
    assert (refused.value.field, refused.value.hint) == ("picture", "Save it as a PNG.")


# 16,383 × 16,383 pixels in 36 bytes: the decoder sets its canvas up before anybody can ask for the size
WEBP_BOMB = bytes.fromhex("524946461c000000574542505650384c0f0000002ffebfff0f0710fd8ffe0722a2ff0100")


GIF_BOMB = b"GIF89a\xff\xff\xff\xff\x80\x00\x00" + bytes(6) + b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02L\x01\0;"


@pytest.mark.parametrize("bomb", [WEBP_BOMB, GIF_BOMB], ids=["webp", "gif"])
def test_a_small_file_that_would_fill_the_memory_is_refused(bomb: bytes) -> None:
    with pytest.raises(BadInput):
        encode(bomb, STORY)


def test_a_file_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the format, and whatever the decoder does with it."""
    bound(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)")
    with pytest.raises(BadInput, match=r"takes more than 8 seconds to process\. .*save it again"):
        encode(b"x", STORY)


def test_a_decoder_that_needs_too_much_memory_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = "import os, signal; os.kill(os.getpid(), signal.SIGABRT)"
    bound(monkeypatch, program)
    with pytest.raises(BadInput, match="needs too much memory"):
        encode(b"x", STORY)


def test_the_process_binds_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real program on a picture that fills more memory than it may have."""
    source = Path(encode_in_subprocess.__file__).with_name("encoder_main.py")
    less = (
        "import runpy, sys; from newsletter.pictures import encoding_limits\n"
        "encoding_limits.BOUNDS = encoding_limits.BOUNDS._replace(memory_bytes=160 * 1024 * 1024)\n"
        f"runpy.run_path({str(source)!r}, run_name='__main__')"
    )
    root = str(source.parents[2])
    bound(monkeypatch, f"import sys; sys.path.insert(0, {root!r})\n{less}")
    with pytest.raises(BadInput, match="too much memory"):
        encode(file(Image.new("1", (7000, 7000))), STORY)
    assert encode(file(plain(60, 40)), STORY).width == 60


@pytest.mark.parametrize("program", ["import nothing_of_this_name", "", "raise SystemExit(3)"])
def test_a_process_that_breaks_is_not_blamed_on_the_picture(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    bound(monkeypatch, program)
    with capture_logs() as logged, pytest.raises(PictureEncoderUnavailable, match="could not be processed"):
        encode(b"x", STORY)
    assert [line["event"] for line in logged] == ["picture.not_tried"]


def test_who_waits_too_long_for_others_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding_limits, "MAX_WAIT_SECONDS", 0.01)
    for _ in range(encoding_limits.MAX_CONCURRENT):
        assert encode_in_subprocess._slots.acquire(blocking=False)
    try:
        with pytest.raises(PictureEncoderUnavailable, match="Other pictures are being processed"):
            encode(file(plain(60, 40)), STORY)
    finally:
        for _ in range(encoding_limits.MAX_CONCURRENT):
            encode_in_subprocess._slots.release()
    assert encode(file(plain(60, 40)), STORY).width == 60
