"""What the provider tells in a run of `life.py`: late, repeated, out of order, and of others."""

import json
from datetime import datetime, timedelta
from random import Random
from typing import Any

from newsletter.insights import process_events, webhook_post_queue
from tests.delivery.living import System
from tests.torture.wishes import Wish


class ProviderSteps:
    """Events about the letters of one publication; `events` are all that were told."""

    system: System
    chance: Random
    wishes: dict[int, Wish]
    events: list[dict[str, Any]]
    old_letters: list[dict[str, Any]]

    def post(self, *events: dict[str, Any]) -> None:
        """Events come in, in one post, and are absorbed."""
        now = self.system.clock()
        webhook_post_queue.store(json.dumps(events).encode(), stamp=str(int(now.timestamp())), now=now)
        process_events.process_posts(now=now)

    def _tell_of_a_reader(self) -> None:
        """An event of the letter of a week ago, as late as it comes, in a post with one that is odd."""
        letter = self.chance.choice(self.old_letters)
        at = self.system.clock() - timedelta(minutes=self.chance.choice([1, 60, 600, 1500]))
        word = self.chance.choice(["unsubscribe", "unsubscribe", "spamreport", "bounce"])
        event = self._event(letter, word, at)
        self.events.append(event)
        self.post({**event, "event": "open", "useragent": "\ud800"}, event)
        self._hear(event)

    def _repeat_events(self) -> None:
        """All that was told is told again, in another order."""
        told = list(self.events)
        self.chance.shuffle(told)
        if told:
            self.post(*told)
        for event in sorted(told, key=lambda one: one["timestamp"]):
            self._hear(event)

    def _tell_of_others(self) -> None:
        """A customer leaves a shop on the same account, and a copy of this database mails the same people."""
        letter = self.chance.choice(self.old_letters)
        now = self.system.clock()
        shop = {"event": "group_unsubscribe", "email": letter["address"], "timestamp": int(now.timestamp())}
        copy = self._event(letter, "unsubscribe", now) | {"nl_installation": "another", "sg_message_id": "copy.1"}
        self.post({**shop, "asm_group_id": 7, "sg_message_id": "shop.1", "sg_event_id": "shop"}, copy)

    def _tell_of_letters(self) -> None:
        """What became of the letters: delivered, or as yet only processed."""
        found = [one for one in self.system.postbox.letters() if one not in self.old_letters]
        words = {"sent": "delivered"}
        at = self.system.clock()
        events = [self._event(one, words.get(one["status"], "processed"), at) for one in found]
        self.chance.shuffle(events)
        if events:
            self.post(*events)

    def _event(self, letter: dict[str, Any], word: str, at: datetime) -> dict[str, Any]:
        kind = {"type": "bounce", "reason": "550 unknown"} if word == "bounce" else {}
        identity = {"email": letter["address"], "sg_message_id": f"{letter['message_id']}.x"}
        return {**letter["custom_args"], **identity, **kind, "event": word, "timestamp": int(at.timestamp())}

    def _hear(self, event: dict[str, Any]) -> None:
        self.wishes[int(event["nl_subscriber"])].hear(
            event, datetime.fromtimestamp(event["timestamp"], self.system.clock().tzinfo)
        )
