"""The subprocess of read_in_subprocess.py: reads a page from stdin and writes the story in it to stdout as JSON.

The input is a line of JSON with the address, the declared Content-Type and whether it is pasted, then the page.
"""

import json
import sys
from pathlib import Path

sys.path.append(
    str(Path(__file__).resolve().parents[3])
)  # the project root; the isolated interpreter searches nothing else

from newsletter.lib.process_limits import apply_limits
from newsletter.stories.reading.appeal_in_page import without_appeal
from newsletter.stories.reading.page_encoding import decode_page
from newsletter.stories.reading.pasted_html import read_pasted_html
from newsletter.stories.reading.read_page import read_page
from newsletter.stories.reading.reading_limits import BOUNDS

if __name__ == "__main__":
    apply_limits(BOUNDS)
    head, _, page = sys.stdin.buffer.read().partition(b"\n")
    order = json.loads(head)
    if order["is_pasted"]:
        story = read_pasted_html(page.decode())
    else:
        story = without_appeal(read_page(decode_page(page, content_type=order["content_type"]), url=order["url"]))
    sys.stdout.buffer.write(json.dumps(story.to_json()).encode())
