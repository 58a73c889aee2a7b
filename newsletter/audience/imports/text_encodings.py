"""Detect the encoding of a text file: by byte order mark, as UTF-8, otherwise by its characters.

Other text is hardly ever valid UTF-8. A detected encoding is shown to the person who imports the file.
"""

import codecs
from typing import BinaryIO

from charset_normalizer import from_bytes

UTF_8 = "utf-8"
MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# what spreadsheets and older services write, the most frequent first
CANDIDATES = ["cp1252", "cp1250", "mac_roman", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp932"]
SAMPLE_BYTES = 64_000
BLOCK_BYTES = 1_000_000
FEW_BAD_LINES = 0.1  # of the lines that are not ASCII: a UTF-8 file with a few broken lines


def detect_encoding(file: BinaryIO) -> str:
    """Return the Python codec of a seekable file, and leave the file at its beginning."""
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    good, bad, sample = _utf_8_lines(file)
    file.seek(0)
    if bad <= FEW_BAD_LINES * (good + bad):
        return UTF_8
    best = from_bytes(sample, cp_isolation=CANDIDATES).best()
    return best.encoding if best else CANDIDATES[0]


def _utf_8_lines(file: BinaryIO) -> tuple[int, int, bytes]:
    """Return how many lines beyond ASCII are UTF-8 and how many are not, and a sample of the latter."""
    good, bad, sample = 0, 0, bytearray()
    while line := file.readline(BLOCK_BYTES):
        if line.isascii():
            continue
        try:
            line.decode()
            good += 1
        except UnicodeDecodeError:
            bad += 1
            if len(sample) < SAMPLE_BYTES:
                sample += line[:SAMPLE_BYTES]
    return good, bad, bytes(sample)
