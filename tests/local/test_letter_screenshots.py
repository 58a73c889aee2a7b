"""Pictures of a letter, by a real browser over its pipes."""

import http.server
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.lib.errors import BadInput
from newsletter.local import letter_screenshots
from newsletter.local.letter_screenshots import ScreenshotError, View
from tests.support.ports import free_port


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PIXEL = b"".join(  # one red one, as a PNG
    [
        b"\x89PNG\r\n\x1a\n",
        chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00")),
        chunk(b"IEND", b""),
    ]
)


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.fixture
def pictures() -> Iterator[str]:
    """The address of a picture on this machine."""

    class Shelf(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(PIXEL)

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Shelf) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/pixel.png"
        server.shutdown()
        thread.join()


def test_a_letter_is_pictured_whole_in_each_view(chromium: str, pictures: str) -> None:
    night = "@media (prefers-color-scheme: dark) { body { background: black } }"
    image = f'<img src="{pictures}" alt="" width="200" height="100" style="display:block">'
    html = f'<!DOCTYPE html><style>body {{ margin: 0 }} {night}</style>{image}<p style="margin:0;height:2000px"></p>'
    taken = letter_screenshots.take_screenshots(html, program=Path(chromium))
    assert {name: size(png) for name, png in taken.items()} == {
        "600": (600, 2100), "375": (375, 2100), "dark": (600, 2100), "images-off": (600, 2100),
    }  # fmt: skip
    assert len({taken["600"], taken["dark"], taken["images-off"]}) == 3


def test_a_program_that_is_no_browser_is_told_apart(tmp_path: Path) -> None:
    for program in (tmp_path / "nothing", Path("/bin/true")):
        with pytest.raises(ScreenshotError):
            letter_screenshots.take_screenshots("<p>Words.</p>", (View("one", 300),), program=program)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("[1:1:FATAL:zygote_host_impl_linux.cc(126)] No usable sandbox! If you are running on Ubuntu", "sysctl kernel"),
        ("chrome: error while loading shared libraries: libnss3.so", "has ended: chrome: error .* libnss3.so$"),
        ("", r"^The browser has ended\.$"),
    ],
)
def test_a_browser_that_ends_is_told_with_its_reason(tmp_path: Path, said: str, told: str) -> None:
    program = tmp_path / "browser"
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(ScreenshotError, match=told):
        letter_screenshots.take_screenshots("<p>Words.</p>", (View("one", 300),), program=program)


def test_without_a_browser_a_person_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(letter_screenshots, "PLACES", ())
    monkeypatch.setattr(letter_screenshots, "TOOLS", tmp_path)
    with pytest.raises(BadInput, match="Install one, or give its path"):
        letter_screenshots.find_browser()
