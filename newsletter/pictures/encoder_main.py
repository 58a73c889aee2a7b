"""The subprocess of encode_in_subprocess.py: reads a file from stdin and writes the picture to stdout.

The arguments are the limits. The output starts with a line of JSON that describes the picture, followed by its bytes,
or the problem with the file.
"""

import json
import sys
from pathlib import Path

sys.path.append(
    str(Path(__file__).resolve().parents[2])
)  # the project root; the isolated interpreter searches nothing else

from newsletter.lib.errors import BadInput
from newsletter.lib.process_limits import apply_limits
from newsletter.pictures.encode_picture import SizeLimits, encode
from newsletter.pictures.encoding_limits import BOUNDS

if __name__ == "__main__":
    apply_limits(BOUNDS)
    body = b""
    try:
        made = encode(sys.stdin.buffer.read(), SizeLimits(*map(int, sys.argv[1:])))
        head = made._asdict()
        body = head.pop("data")
    except BadInput as error:
        head = {"problem": error.problem, "hint": error.hint}
    except MemoryError:
        head = {"problem": "needs too much memory to process.", "hint": "Use one with fewer pixels."}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
