"""One publication for a day and a half by a clock that is set: its workers, its people, its readers and its provider.

The steps of a run are taken in any order: people look, approve, hold, release, move, stop, settle, write and change the
schedule; readers pause, leave and come back; events come late, repeated, out of order, and from other systems. After
each tick `witness.py` judges what the postbox has got since.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from newsletter.audience.models import Subscription
from newsletter.delivery.dispatches import control_dispatch, settle_batch
from newsletter.delivery.ledger import installation
from newsletter.delivery.models import Batch, Dispatch
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.editions import plan_editions
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.lib.errors import NewsletterError
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from tests.delivery.living import DUE, System
from tests.support import factories as make
from tests.torture.answers import order_of
from tests.torture.provider_steps import ProviderSteps
from tests.torture.reader_steps import ReaderSteps
from tests.torture.segment_steps import Audience, SegmentSteps, frozen_audience
from tests.torture.wishes import Wish
from tests.torture.witness import BEGIN, Witness

END = DUE + timedelta(hours=9, minutes=30)  # by then every reader has it
DAY = DUE.date()
ZONES = ("", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Pacific/Honolulu")
KINDS: tuple[dict[str, Any], ...] = (
    {},
    {"schedule_ahead_minutes": 60},
    {"schedule_ahead_minutes": 60},
    {"local_time": True},
)
RULES = ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "FREQ=DAILY")
PERSON = "otto@example.org"
DISPATCH_ACTS: dict[str, Callable[[Dispatch, datetime], object]] = {
    "pause": lambda dispatch, _: control_dispatch.pause(dispatch, reason="wait"),
    "resume": lambda dispatch, _: control_dispatch.resume(dispatch),
    "stop": lambda dispatch, now: control_dispatch.stop(dispatch, reason="a mistake", now=now),
    "leave out": lambda dispatch, now: control_dispatch.leave_out_refused(dispatch, by=PERSON, now=now),
}
EDITION_ACTS: dict[str, Callable[[Edition, datetime], object]] = {
    "hold": lambda edition, now: edition_decisions.hold(edition, reason="Not yet.", now=now),
    "release": lambda edition, now: edition_decisions.release(edition, now=now),
    "send now": lambda edition, now: edition_decisions.send_now(edition, now=now),
}


class Life(ReaderSteps, ProviderSteps, SegmentSteps):
    """One publication, its readers and one edition of a week ago that they all got. `chance` decides how it is,
    and `by_rule` how often it approves its editions itself."""

    def __init__(self, system: System, chance: Random, *, by_rule: float = 0.2) -> None:
        self.system, self.chance = system, chance
        self.events: list[dict[str, Any]] = []  # all that were told
        self.seen: tuple[str, Any] = ("", None)  # the letter that somebody looked at last
        self.seen_audiences: set[Audience] = set()  # for whom it was
        system.clock.now = BEGIN - timedelta(days=3)
        self.publication = make.publication(lead_minutes=180, planned_to=BEGIN, minimum_stories=1)
        earlier = BEGIN - timedelta(days=30)
        readers = [make.reader(self.publication, time_zone=zone) for zone in ZONES * 2]
        Subscription.objects.update(consent_at=earlier)
        Publication.objects.update(created_at=earlier)
        self.wishes = {reader.pk: Wish(earlier) for reader in readers}
        make.approved_edition(self.publication, due_at=system.clock())
        system.live()
        self.old_letters = system.postbox.letters()
        edit_publication.update_publication(
            self.publication,
            now=system.clock(),
            auto_approve=chance.random() < by_rule,
            **chance.choice(KINDS),
        )
        system.clock.now = BEGIN
        for reader, days in zip(readers, (0, 1, 2), strict=False):  # the first pause ends on the day itself
            self.pause(reader.pk, DAY + timedelta(days=days))
        for _ in range(3):
            make.story(self.publication)
        self.witness = Witness(system, self.wishes, passed=self.old_letters)

    @property
    def edition(self) -> Edition | None:
        """The edition of the day."""
        return Edition.objects.filter(publication=self.publication, local_date=DAY).first()

    @property
    def dispatch(self) -> Dispatch | None:
        return Dispatch.objects.filter(edition__publication=self.publication, edition__local_date=DAY).first()

    @property
    def due(self) -> datetime:
        """When the edition of the day is due, as far as that is known."""
        return self.edition.due_at if self.edition else DUE

    @property
    def near(self) -> datetime:
        """Four hours before the edition of the day is due, or before its first time."""
        return min(DUE, self.due) - timedelta(hours=4)

    # --- workers ---------------------------------------------------------------------------------

    def tick(self) -> None:
        """What all workers do at this moment; nothing in a copy that nobody has confirmed."""
        now = self.system.clock()
        if installation.is_current():
            plan_editions.plan_all(now=now)
            assemble_edition.refresh_stale(now=now)
            edition_decisions.hold_late(now=now)
            for pk in Edition.objects.due_for_assembly(now).values_list("pk", flat=True):
                assemble_edition.assemble(pk, now=now)
            self.system.live(rounds=2)
        self.witness.look(auto_approve=Publication.objects.get().auto_approve)

    def go_on(self, minutes: int, *, step: int = 30) -> None:
        """Workers tick while so many minutes go by, but not beyond the end."""
        until = min(END, self.system.clock.now + timedelta(minutes=minutes))
        while self.system.clock.now < until:
            self.system.clock.now = min(until, self.system.clock.now + timedelta(minutes=step))
            self.tick()

    def go_on_until(self, until: datetime) -> None:
        """In large steps, if it is not that late already."""
        self.go_on(max(0, int((until - self.system.clock.now).total_seconds() // 60)), step=120)

    def reach_dispatch(self) -> None:
        """Go on, with people who approve, into the middle of a dispatch of which an answer was lost."""
        self.system.postbox.order(do="drop", accept=self.chance.random() < 0.5)
        self.go_on_until(self.near)
        for what in ("release", "look", "approve") * 10:
            if self.dispatch:
                break
            self.take(what)
            self.go_on(20 if what == "approve" else 0, step=10)

    # --- anybody ---------------------------------------------------------------------------------

    def take(self, what: str) -> None:
        """One step. What the present state does not permit is refused, and then nothing has changed."""
        with suppress(NewsletterError):
            getattr(self, "_" + what.replace(" ", "_"), lambda: self._act(what))()
        self.witness.hear_wishes()

    def _act(self, what: str) -> None:
        now = self.system.clock()
        if what in EDITION_ACTS and self.edition:
            EDITION_ACTS[what](self.edition, now)
        if what in DISPATCH_ACTS and self.dispatch:
            DISPATCH_ACTS[what](self.dispatch, now)

    def _wait(self) -> None:
        is_near = self.system.clock.now >= self.near
        minutes = self.chance.choice([5, 10, 20, 40] if is_near else [5, 30, 60, 180])
        self.go_on(minutes, step=max(5, minutes // self.chance.choice([1, 2, 4])))

    def _misbehave(self) -> None:
        self.system.postbox.order(**order_of(self.chance))

    # --- people who write and decide -------------------------------------------------------------

    def _look(self) -> None:
        if edition := self.edition:
            self.seen = edition.content_hash, self.witness.said(edition)
            self.seen_audiences = frozen_audience(edition)

    def _approve(self) -> None:
        content_hash, said = self.seen
        if content_hash and (edition := self.edition):
            edition_decisions.approve(edition, content_hash=content_hash, by=make.eddie(), now=self.system.clock())
            self.witness.approved |= said
            self.witness.approved_audiences |= self.seen_audiences

    def _reschedule(self) -> None:
        due_at = self.system.clock() + timedelta(minutes=self.chance.choice([0, 30, 90, 300, 900]))
        if (edition := self.edition) and due_at < DUE + timedelta(hours=4):
            edition_decisions.reschedule(edition, due_at=due_at, now=self.system.clock())

    def _settle(self) -> None:
        """A person who has looked at the provider's own list says what it says."""
        out = {int(one["custom_args"]["nl_attempt"]): one["status"] for one in self.system.postbox.letters()}
        for batch in Batch.objects.filter(dispatch=self.dispatch, state=BatchState.UNCERTAIN):
            asked = batch.attempts.filter(status=AttemptStatus.UNCERTAIN)  # those in cancelled groups are known
            fates = {out.get(attempt.pk, "cancelled") for attempt in asked}
            word = settle_batch.send_again if fates == {"cancelled"} else settle_batch.count_as_accepted
            word(batch, by=PERSON, now=self.system.clock())

    def _write(self) -> None:
        story = self.chance.choice(list(Story.objects.filter(publication=self.publication).order_by("pk")))
        story_queue.update(story, headline=self.witness.headline(self.chance.choice(["Rain", "Snow", "Hail"])))

    def _time_a_story(self) -> None:
        story = self.chance.choice(list(Story.objects.filter(publication=self.publication).order_by("pk")))
        at = DUE + timedelta(minutes=self.chance.choice([-600, -45, -10, 0, 10, 45, 600]))
        which = self.chance.choice(["embargo_until", "expires_at"])
        Story.objects.filter(pk=story.pk).update(**{"embargo_until": None, "expires_at": None, which: at})

    def _change_the_sender(self) -> None:
        edit_publication.update_publication(
            self.publication, sender_name=self.chance.choice(["The Morning Post", "The Evening Post"])
        )

    def _change_the_schedule(self) -> None:
        """Never such that the day before has an hour to come."""
        hours = [1, 10, 10] if self.system.clock.now > BEGIN + timedelta(hours=2) else [1, 7]
        change: dict[str, Any] = {"send_time": time(self.chance.choice(hours)), "recurrence": self.chance.choice(RULES)}
        edit_publication.update_publication(self.publication, now=self.system.clock(), **change)

    # --- the end ---------------------------------------------------------------------------------

    def end(self) -> list[str]:
        """Everything behaves, people do what is asked of them, and the day ends; every breach as a sentence."""
        self.system.postbox.clear_orders()
        self.go_on_until(self.near)
        for minutes in (*[40] * 9, *[120] * 4, *[10] * 4):
            if self.system.clock.now > DUE + timedelta(hours=2):
                Story.objects.update(embargo_until=None, expires_at=None)
            self.choose_for_somebody()
            for what in ("release", "look", "approve", "settle", "resume"):
                if what != "resume" or (self.dispatch and self.dispatch.state != DispatchState.OPEN):
                    self.take(what)
            self.system.clock.now = max(self.system.clock.now, END) if minutes == 10 else self.system.clock.now
            self.system.clock.now += timedelta(minutes=minutes)
            self.tick()
        edition = self.edition
        if edition is None:
            return [*self.witness.found, "the edition of the day is gone"]
        if edition.state not in (EditionState.DISPATCHED, EditionState.CANCELLED):
            self.witness.found.append(f"the edition of the day is {edition.state} for ever: {edition.reason}")
        if edition.state == EditionState.CANCELLED and "fewer than" not in edition.reason.lower():
            self.witness.found.append(f"nobody cancelled the edition of the day, and it is: {edition.reason}")
        if edition.state == EditionState.CANCELLED:
            return self.witness.found
        return [*self.witness.found, *self.witness.judge_end(self.dispatch)]
