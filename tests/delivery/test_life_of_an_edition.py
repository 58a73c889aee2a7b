"""The life of one edition, driven at random beside a simple model of its rules.

Workers and people act in any order while the clock goes on: nothing is dispatched that nobody approved as it is, no
story leaves under embargo or after it expired, nobody's hold is overridden, and what is ready and due does leave.
Only the rendering is a stand-in: it writes down what the email says, at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Dispatch
from newsletter.editions import reopen_edition
from newsletter.editions.models import Edition, EditionState, FrozenLetter
from newsletter.letters import assemble_edition, compose_letters, edition_decisions
from newsletter.letters.content.letter_content import LetterContent
from newsletter.letters.preflight import Finding
from newsletter.lib.errors import NewsletterError
from newsletter.mail.message import Letter
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.long]
MINUTES = st.sampled_from([-30, 0, 30])
STEPS = st.sampled_from([0, 10, 60, 120, 60 * 6])
AHEAD = st.sampled_from([0, 45, 60 * 20])
NAMES = st.sampled_from(["The Morning Post", "The Evening Post"])
BROKEN = "broken"
LIVES, MORE_LIVES = 12, 100  # that are tried, and with --whole
Said = frozenset[tuple[Any, ...]]


def written_down(made: LetterContent) -> Letter:
    """What an email says, in place of how it looks."""
    text = "\n".join([made.date, *(story.headline for story in made.stories), str(made.appeal)])
    return Letter(made.subject, text, text)


def checked(letter: Letter, _: LetterContent) -> list[Finding]:
    return [Finding("test", "stop", "Somewhere", "Mend it.")] if BROKEN in letter.text else []


def said(letters: list[FrozenLetter]) -> Said:
    """What readers would get: written out, so that no fingerprint of ours is trusted."""
    return frozenset(
        (
            *(one.variant, one.gave_within, one.subject, one.text, one.html),
            *(one.sender_name, one.sender_email, one.reply_to, one.fallback_name, one.click_tracking),
        )
        for one in letters
    )


@contextmanager
def refusals_allowed() -> Iterator[None]:
    """A step that the present state does not permit is refused, and then nothing is changed."""
    try:
        with transaction.atomic():
            yield
    except NewsletterError:
        pass


class Life(RuleBasedStateMachine):
    """One edition that is due at MONDAY, and the people and workers around it."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = MONDAY - timedelta(hours=3)
        self.seen: tuple[str, Said] = ("", frozenset())  # what somebody looked at last
        self.approved: set[Said] = set()
        self.by_rule: set[Said] = set()
        self.is_held = self.needs_person = False

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @property
    def edition(self) -> Edition:
        return Edition.objects.select_related("publication").get()

    @property
    def publication(self) -> Publication:
        return Publication.objects.get()

    def stories(self) -> list[Story]:
        return list(Story.objects.order_by("pk"))

    # --- how it begins ---------------------------------------------------------------------

    @initialize(
        ahead=st.sampled_from([0, 60]), by_itself=st.booleans(), appeal=st.booleans(), stories=st.integers(1, 3)
    )
    def begin(self, ahead: int, by_itself: bool, appeal: bool, stories: int) -> None:
        publication = make.publication(schedule_ahead_minutes=ahead, lead_minutes=120, auto_approve=by_itself)
        make.reader(publication)
        if appeal:
            make.appeal(publication, match="Doubled.", match_ends_at=MONDAY + timedelta(hours=1))
        for _ in range(stories):
            make.story(publication)
        make.edition(publication, assemble_at=MONDAY - timedelta(minutes=120))
        self.workers_tick(minutes=60)
        self.look_and_approve()  # so that most lives get beyond this

    # --- the clock and the workers -----------------------------------------------------------

    @rule(minutes=STEPS)
    def time_goes_by(self, minutes: int) -> None:
        """Time in which workers are down."""
        self.now += timedelta(minutes=minutes)

    @rule(minutes=STEPS)
    def workers_tick(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        assemble_edition.refresh_stale(now=self.now)
        edition_decisions.hold_late(now=self.now)
        for pk in Edition.objects.due_for_assembly(self.now).values_list("pk", flat=True):
            assemble_edition.assemble(pk, now=self.now)
        self.note_what_a_rule_did()
        before = self.edition
        must_leave = self.is_ready(before)
        for pk in Edition.objects.due_for_dispatch(self.now).values_list("pk", flat=True):
            open_dispatch.open_dispatch(pk, now=self.now)
        self.note_what_a_rule_did()
        assert not must_leave or Dispatch.objects.exists(), self.edition.reason
        if before.state == EditionState.APPROVED and Dispatch.objects.exists():
            self.judge_what_left(before)

    def is_ready(self, edition: Edition) -> bool:
        """Approved, due and not too late, and its stories suit the moment at which readers get it."""
        opens_at = edition.due_at - timedelta(minutes=edition.publication.schedule_ahead_minutes)
        too_late = edition.due_at + timedelta(minutes=edition.publication.lateness_limit_minutes)
        if edition.state != EditionState.APPROVED or not opens_at <= self.now <= too_late:
            return False
        return all(self.suits(placement.story, edition) for placement in edition.placements.all())

    def suits(self, story: Story, edition: Edition) -> bool:
        gets_it = max(self.now, edition.due_at)
        return not (story.embargo_until and story.embargo_until > gets_it) and not (
            story.expires_at and story.expires_at <= gets_it
        )

    def judge_what_left(self, edition: Edition) -> None:
        leaves = said(list(edition.letters.all()))
        assert leaves in self.approved | self.by_rule, "dispatched as nobody approved it"
        placed = [placement.story for placement in edition.placements.select_related("story")]
        assert all(self.suits(story, edition) for story in placed)
        for letter in edition.letters.all():
            assert all(story.headline in letter.text for story in placed)
            assert letter.sender_name == self.publication.sender_name
            assert "Doubled." not in letter.text or max(self.now, edition.due_at) < MONDAY + timedelta(hours=1)

    # --- people who write ---------------------------------------------------------------------

    @rule(number=st.integers(0, 9), headline=st.sampled_from(["Rain", "Snow", BROKEN]))
    def edit_a_story(self, number: int, headline: str) -> None:
        story = self.stories()[number % len(self.stories())]
        story_queue.update(story, headline=f"{headline} {story.pk}")

    @rule(number=st.integers(0, 9), minutes=MINUTES, which=st.sampled_from(["embargo_until", "expires_at"]))
    def give_a_story_a_time(self, number: int, minutes: int, which: str) -> None:
        story = self.stories()[number % len(self.stories())]
        times: dict[str, datetime | None] = {"embargo_until": None, "expires_at": None}
        times[which] = self.edition.due_at + timedelta(minutes=minutes)
        Story.objects.filter(pk=story.pk).update(**times)

    @rule()
    def add_a_story(self) -> None:
        make.story(self.publication)

    @rule(name=NAMES)
    def change_the_sender(self, name: str) -> None:
        edit_publication.update_publication(self.publication, sender_name=name)

    @rule(by_itself=st.booleans())
    def change_the_rule(self, by_itself: bool) -> None:
        edit_publication.update_publication(self.publication, auto_approve=by_itself)

    # --- people who decide --------------------------------------------------------------------

    @rule()
    def look(self) -> None:
        edition = self.edition
        self.seen = edition.content_hash, said(list(edition.letters.all()))

    @rule()
    def look_and_approve(self) -> None:
        self.look()
        self.approve()

    @precondition(lambda self: self.seen[0])
    @rule()
    def approve(self) -> None:
        content_hash, seen = self.seen
        with refusals_allowed():
            edition_decisions.approve(self.edition, content_hash=content_hash, by=make.eddie(), now=self.now)
            self.approved.add(seen)

    @rule()
    def approve_by_rule(self) -> None:
        with refusals_allowed():
            edition_decisions.approve(self.edition, content_hash=self.edition.content_hash, by=None, now=self.now)
        self.note_what_a_rule_did()

    @rule()
    def hold(self) -> None:
        with refusals_allowed():
            edition_decisions.hold(self.edition, reason="A person said so.", now=self.now)
            self.is_held = self.needs_person = True

    @rule()
    def release(self) -> None:
        with refusals_allowed():
            edition_decisions.release(self.edition, now=self.now)
            self.is_held = False

    @rule()
    def take_apart(self) -> None:
        with refusals_allowed():
            reopen_edition.take_apart(self.edition, now=self.now)
            self.needs_person = True

    @rule()
    def assemble_now(self) -> None:
        assemble_edition.assemble(self.edition.pk, now=self.now)
        self.note_what_a_rule_did()

    @rule(minutes=AHEAD, approve_later=st.booleans())
    def reschedule(self, minutes: int, approve_later: bool) -> None:
        self.give_a_time(self.now + timedelta(minutes=minutes), approve_later=approve_later)

    @rule(minutes=AHEAD)
    def reschedule_and_approve(self, minutes: int) -> None:
        edition, due_at = self.edition, self.now + timedelta(minutes=minutes)
        with refusals_allowed():
            composed = compose_letters.compose_for(edition, due_at=due_at, now=self.now)
            seen = composed.content_hash if composed else edition.content_hash
            letters = said(composed.letters if composed else list(edition.letters.all()))
            edition_decisions.reschedule(edition, due_at=due_at, now=self.now, seen=seen, by=make.eddie())
            if seen:
                self.approved.add(letters)
        self.note_what_a_rule_did()

    def give_a_time(self, due_at: datetime, *, approve_later: bool) -> None:
        before = self.edition
        with refusals_allowed():
            moved = edition_decisions.reschedule(before, due_at=due_at, now=self.now, approve_later=approve_later)
            assert (moved.due_at, moved.due_at - moved.assemble_at) == (due_at, timedelta(minutes=120))
        after = self.edition
        if before.state == EditionState.APPROVED and not approve_later:
            assert after.state in (EditionState.APPROVED, EditionState.HELD), "an approval was lost without a word"
        self.note_what_a_rule_did()

    # --- what has to hold at every moment --------------------------------------------------------

    def note_what_a_rule_did(self) -> None:
        """A rule may have approved, and something may have held it; a rule must have been there and free to."""
        edition = self.edition
        if edition.state == EditionState.HELD:
            self.is_held = self.needs_person = True
        if edition.state == EditionState.APPROVED and edition.approved_by is None:
            leaves = said(list(edition.letters.all()))
            if leaves not in self.by_rule:
                assert self.publication.auto_approve
            assert not self.needs_person
            self.by_rule.add(leaves)

    @invariant()
    def what_is_held_stays_held(self) -> None:
        if self.is_held:
            assert self.edition.state == EditionState.HELD

    @invariant()
    def what_needs_a_person_was_approved_by_one(self) -> None:
        edition = self.edition
        if edition.state in (EditionState.APPROVED, EditionState.DISPATCHING) and self.needs_person:
            assert edition.approved_by == make.eddie()

    @invariant()
    def what_is_approved_is_what_was_approved(self) -> None:
        edition = self.edition
        if edition.state in (EditionState.APPROVED, EditionState.DISPATCHING):
            assert said(list(edition.letters.all())) in self.approved | self.by_rule


def test_the_life_of_an_edition_keeps_its_rules(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr("newsletter.letters.render_letter.render", written_down)
    monkeypatch.setattr("newsletter.letters.preflight.check", checked)
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=MORE_LIVES if request.config.getoption("--whole") else LIVES,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to make a failure smaller takes minutes
        ),
    )
