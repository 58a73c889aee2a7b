"""The other process of encode_in_subprocess.py: a file on stdin, the picture on stdout, and then it is gone.

Its arguments are the limits. What it writes begins with a line of JSON: what the picture is, with its bytes
behind the line, or what is wrong with the file.
"""

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the project; Python was told to look nowhere else

from newsletter.lib.errors import BadInput
from newsletter.lib.process_limits import apply_limits
from newsletter.pictures.encode_picture import Limits, encode
from newsletter.pictures.encoding_limits import BOUNDS

if __name__ == "__main__":
    apply_limits(BOUNDS)
    body = b""
    try:
        made = encode(sys.stdin.buffer.read(), Limits(*map(int, sys.argv[1:])))
        head = {"kind": made.kind, "width": made.width, "height": made.height, "note": made.note}
        body = made.data
    except BadInput as error:
        head = {"problem": error.problem, "hint": error.hint}
    except MemoryError:
        head = {"problem": "needs too much memory to process.", "hint": "Use one with fewer pixels."}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
