"""The subprocess of parse_in_subprocess.py: parses a feed from stdin and writes its entries to stdout as JSON.

The input is a line of JSON with the address and the declared Content-Type, then the feed.
"""

import json
import sys
from pathlib import Path

sys.path.append(
    str(Path(__file__).resolve().parents[3])
)  # the project root; the isolated interpreter searches nothing else

from newsletter.lib.process_limits import apply_limits
from newsletter.stories.feeds.feed_limits import BOUNDS
from newsletter.stories.feeds.parse_feed import parse_feed

if __name__ == "__main__":
    apply_limits(BOUNDS)
    head, _, content = sys.stdin.buffer.read().partition(b"\n")
    order = json.loads(head)
    feed = parse_feed(content, url=order["url"], content_type=order["content_type"])
    sys.stdout.buffer.write(json.dumps(feed.to_json()).encode())
