"""The subprocess of read_in_subprocess.py: reads a page from stdin and writes the story in it to stdout as JSON.

The input is a line of JSON with the page's address and declared Content-Type, then the bytes of the page.
"""

import json
import sys
from pathlib import Path

sys.path.append(
    str(Path(__file__).resolve().parents[3])
)  # the project root; the isolated interpreter searches nothing else

from newsletter.lib.process_limits import apply_limits
from newsletter.stories.reading.page_encoding import decode_page
from newsletter.stories.reading.read_page import read_page
from newsletter.stories.reading.reading_limits import BOUNDS

if __name__ == "__main__":
    apply_limits(BOUNDS)
    head, _, page = sys.stdin.buffer.read().partition(b"\n")
    order = json.loads(head)
    story = read_page(decode_page(page, content_type=order["content_type"]), url=order["url"])
    sys.stdout.buffer.write(json.dumps(story.to_json()).encode())
