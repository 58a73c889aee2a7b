"""What is wrong with a run of `life.py`: each letter that the postbox got, held against what people wanted.

Nobody gets what they had paused or left before, or before its time; no letter leaves with a story under embargo or that
expired, and none that nobody approved where a person has to. In the end nobody is left out who wanted it all the time,
also not by a pause that ends that day, and nobody has two. Nobody gets an edition who is not in its segments as they
were when it opened and as somebody approved them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Any

from newsletter.audience.models import Subscriber
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Dispatch
from newsletter.delivery.states import DispatchState
from newsletter.editions import local_time
from newsletter.editions.models import Edition
from newsletter.publications.schedule import zone
from newsletter.stories.models import Story
from tests.delivery.living import DUE, System
from tests.torture.segment_steps import EVERYBODY, Audience, is_among, stored_audience
from tests.torture.wishes import Due, Wish

BEGIN = DUE - timedelta(hours=23)  # of a run: the hour of the day before has passed
Said = tuple[Any, ...]  # what a reader sees of a letter: subject, sender, and the headlines in it


class Witness:
    """`passed` are letters of before the run."""

    def __init__(self, system: System, wishes: Mapping[int, Wish], *, passed: Sequence[Mapping[str, Any]]) -> None:
        self.system, self.wishes = system, wishes
        self.approved: set[Said] = set()
        self.approved_audiences: set[Audience] = set()
        self.found: list[str] = []
        self._is_invented = False
        self._known = {one["id"] for one in passed}
        self._headlines = set(Story.objects.values_list("headline", flat=True))
        self._opened = set(Dispatch.objects.values_list("pk", flat=True))
        self._dues: dict[int, Due] = {}
        self._audiences: dict[int, Audience] = {}  # of editions, as their segments were when they opened
        self._time_zones = dict(Subscriber.objects.values_list("pk", "time_zone"))

    def headline(self, text: str) -> str:
        """A new headline, to be looked for in letters from now on."""
        self._headlines.add(text)
        return text

    def said(self, edition: Edition) -> set[Said]:
        """What the frozen letters of `edition` say."""
        return {
            self._say(one.subject, one.sender_name, one.sender_email, one.text)
            for one in edition.letters.order_by("pk")
        }

    def look(self, *, auto_approve: bool) -> None:
        """Judge what opened and what came since the last look; nobody did anything between the tick and this."""
        self._headlines |= set(Story.objects.values_list("headline", flat=True))
        eve = DUE.date() - timedelta(days=1)
        if not self._is_invented and Edition.objects.filter(local_date=eve).exists():
            self._is_invented = True
            self.found.append(f"there is an edition of {eve}, which was over before there was a rule for it")
        for dispatch in Dispatch.objects.exclude(pk__in=self._opened).select_related("edition__publication"):
            self._opened.add(dispatch.pk)
            self._judge_opening(dispatch, auto_approve=auto_approve)
        for one in self.system.postbox.letters():
            if one["id"] not in self._known:
                self._known.add(one["id"])
                self._judge_letter(one, auto_approve=auto_approve)

    def hear_wishes(self) -> None:
        """Somebody may want something else since the last step."""
        for due in self._dues.values():
            due.look(self.wishes.items())

    def judge_end(self, dispatch: Dispatch | None) -> list[str]:
        """Who got two, who was left out, and whether the ledger came to its end. None for what never opened."""
        if dispatch is None:
            return ["the edition of the day never opened"]
        ours = [one for one in self.system.postbox.letters() if one["custom_args"]["nl_dispatch"] == str(dispatch.pk)]
        sent = Counter(one["address"] for one in ours if one["status"] == "sent")
        found = [f"{address} got {count}" for address, count in sent.items() if count > 1]
        if not progress(dispatch).adds_up:
            found.append("the ledger does not add up")
        if dispatch.state == DispatchState.STOPPED:
            return found
        if dispatch.state != DispatchState.FINISHED:
            found.append(f"the dispatch is {dispatch.state} for ever: {dispatch.reason}")
        address = dict(Subscriber.objects.values_list("pk", "email"))
        due = self._dues[dispatch.pk].readers if dispatch.pk in self._dues else set()
        return found + [f"reader {one} wanted it and was left out" for one in sorted(due) if not sent[address[one]]]

    def _judge_opening(self, dispatch: Dispatch, *, auto_approve: bool) -> None:
        edition = dispatch.edition
        first = max(dispatch.opened_at, edition.due_at)
        for placement in edition.placements.select_related("story"):
            story = placement.story
            if story.embargo_until and story.embargo_until > first:
                self.found.append(f"story {story.pk} left under embargo")
            if story.expires_at and story.expires_at <= first:
                self.found.append(f"story {story.pk} left after it expired")
        there = first.astimezone(zone(edition.publication.time_zone)).date()
        due = Due(max(edition.day, there))
        audience = self._audiences[edition.pk] = stored_audience(edition)
        if audience not in self.approved_audiences and not auto_approve:
            self.found.append("it opened for readers whom nobody approved")
        due.readers = {
            reader
            for reader, wish in self.wishes.items()
            if wish.wants(due.day) and is_among(audience, self._time_zones[reader])
        }
        self._dues[dispatch.pk] = due

    def _judge_letter(self, one: Mapping[str, Any], *, auto_approve: bool) -> None:
        at = datetime.fromisoformat(one["at"])
        gets_it = max(at, datetime.fromtimestamp(one["send_at"], UTC)) if one["send_at"] else at
        subscriber = Subscriber.objects.get(email=one["address"])
        dispatch = Dispatch.objects.select_related("edition__publication").get(pk=one["custom_args"]["nl_dispatch"])
        edition = dispatch.edition
        day = max(edition.day, gets_it.astimezone(zone(edition.publication.time_zone)).date())
        if not self.wishes[subscriber.pk].wants(day):
            self.found.append(f"reader {subscriber.pk} got it and had paused or left before")
        if not is_among(self._audiences.get(edition.pk, EVERYBODY), subscriber.time_zone):
            self.found.append(f"reader {subscriber.pk} got it and is not among its readers")
        there = local_time.clocks(edition)
        due_at = max(edition.due_at, there.moment(subscriber.time_zone)) if there else edition.due_at
        if gets_it < due_at:
            self.found.append(f"reader {subscriber.pk} got it {due_at - gets_it} too early")
        name, email = parseaddr(one["headers"]["From"])
        if not auto_approve and self._say(one["subject"], name, email, one["text"]) not in self.approved:
            self.found.append(f"reader {subscriber.pk} got a letter that nobody approved")

    def _say(self, subject: str, name: str, email: str, text: str) -> Said:
        return subject, name, email, frozenset(each for each in self._headlines if each in text)
