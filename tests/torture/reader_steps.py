"""What readers do in a run of `life.py`: pause, leave, come back. Each is written down as a wish as well."""

from datetime import date, timedelta
from random import Random

from newsletter.audience import subscribe, subscriptions, suppressions
from newsletter.audience.models import Subscriber
from newsletter.publications.models import Publication
from tests.delivery.living import System
from tests.torture.wishes import Wish


class ReaderSteps:
    """The readers of one publication."""

    system: System
    chance: Random
    publication: Publication
    wishes: dict[int, Wish]

    def pause(self, reader: int, until: date) -> None:
        now = self.system.clock()
        subscriptions.pause(subscriber_id=reader, publication_id=self.publication.pk, until=until, now=now)
        self.wishes[reader].paused_until = until

    def _pause_a_reader(self) -> None:
        self.pause(self._reader(), self.system.clock().date() + timedelta(days=self.chance.choice([1, 2])))

    def _leave(self) -> None:
        reader = self._reader()
        now = self.system.clock()
        subscriptions.unsubscribe(subscriber_id=reader, publication_id=self.publication.pk, by="one-click", now=now)
        self.wishes[reader].leave()

    def _come_back(self) -> None:
        subscriber = Subscriber.objects.get(pk=self._reader())
        now = self.system.clock()
        email = subscriber.email
        subscribe.subscribe(self.publication, email=email, first_name="", source="a test", now=now, confirmed=True)
        self.wishes[subscriber.pk].come_back(now)

    def _lift(self) -> None:
        subscriber = Subscriber.objects.get(pk=self._reader())
        if suppressions.remove_suppression(subscriber.email, now=self.system.clock()):
            self.wishes[subscriber.pk].is_suppressed = False
            self.wishes[subscriber.pk].since = self.system.clock()

    def _reader(self) -> int:
        return self.chance.choice(sorted(self.wishes))
