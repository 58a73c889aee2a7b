"""The timeline of an edition: its steps in order, and what happens if nobody acts."""

from datetime import timedelta

import pytest

from newsletter.delivery.dispatches import control_dispatch, open_dispatch, pause_sending
from newsletter.delivery.dispatches.active_pauses import active_pauses
from newsletter.delivery.pause_models import SendingPause
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from newsletter.web.shared.edition_status import edition_status
from newsletter.web.shared.edition_timeline import timeline_of
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
BEFORE = MONDAY - timedelta(hours=2)


@pytest.fixture
def publication() -> Publication:
    publication = make.publication()
    make.readers(publication, 3)
    make.story(publication)
    return publication


def titles(edition: Edition, now: object = BEFORE) -> list[str]:
    return [step.title for step in timeline_of(edition, pauses=[], now=now).steps]  # type: ignore[arg-type]  # a time


def test_a_planned_edition_is_built_then_approved_or_held(publication: Publication) -> None:
    edition = make.edition(publication)
    timeline = timeline_of(edition, pauses=[], now=BEFORE)
    assert [step.title for step in timeline.steps] == [
        "Planned",
        "Email is built",
        "Can be stopped for all readers until",
        "Sends",
        "Approval needed until",
    ]
    assert [step.is_done for step in timeline.steps] == [True, False, False, False, False]
    assert timeline.if_nobody_acts == (
        "The email is built today, 06:00 EST from the story queue; without a story at its send time it is skipped. "
        "It then needs an approval; without one by today, 10:00 EST it is held and no reader gets it."
    )
    assert edition_decisions.hold_late(now=MONDAY + timedelta(hours=3, minutes=1)) == [edition.pk], (
        "as the sentence says"
    )


def test_with_automatic_approval_no_approval_is_awaited(publication: Publication) -> None:
    Publication.objects.update(auto_approve=True, minimum_stories=3, on_empty="hold")
    edition = Edition.objects.fresh(make.edition(publication).pk)
    assert "Approval needed until" not in titles(edition)
    said = timeline_of(edition, pauses=[], now=BEFORE).if_nobody_acts
    assert "without 3 stories at its send time it is held" in said
    assert "It is approved automatically and sent today, 07:00 EST." in said


def test_text_that_a_person_must_judge_awaits_an_approval_also_with_automatic_approval(
    publication: Publication,
) -> None:
    Publication.objects.update(auto_approve=True)
    make.story(publication, headline="The ferry TK")
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert "Approval needed until" in titles(edition)


def test_an_approved_edition_names_who_approved_which_email(publication: Publication) -> None:
    edition = make.approved_edition(publication)
    timeline = timeline_of(edition, pauses=[], now=BEFORE)
    [step] = [step for step in timeline.steps if step.title == "Approved"]
    assert (step.at, step.note) == (
        edition.approved_at,
        f"By Eddie, for the content hash {edition.content_hash[:12]}",
    )
    assert timeline.if_nobody_acts == "It is sent today, 07:00 EST."
    Story.objects.update(embargo_until=MONDAY + timedelta(days=1))
    assert timeline_of(edition, pauses=[], now=BEFORE).if_nobody_acts.startswith("It is held instead of sent. Story")


def test_what_is_submitted_ahead_has_its_last_moment_to_be_stopped(publication: Publication) -> None:
    Publication.objects.update(schedule_ahead_minutes=60, lead_minutes=90)
    edition = Edition.objects.fresh(make.approved_edition(publication, due_at=MONDAY + timedelta(hours=1)).pk)
    steps = {step.title: step.at for step in timeline_of(edition, pauses=[], now=BEFORE).steps}
    assert steps["Submitted to the provider"] == MONDAY
    assert steps["Can be stopped for all readers until"] == MONDAY + timedelta(minutes=49)


def test_the_end_of_an_edition_is_in_its_timeline(publication: Publication) -> None:
    edition = make.approved_edition(publication)
    dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert dispatch
    edition = Edition.objects.get()
    assert timeline_of(edition, pauses=[], now=MONDAY).if_nobody_acts == "Sending continues until every reader has it."
    control_dispatch.pause(dispatch, reason="Wrong.", by=make.eddie())
    assert "stays paused" in timeline_of(Edition.objects.get(), pauses=[], now=MONDAY).if_nobody_acts
    control_dispatch.stop(dispatch, reason="Wrong.", by=make.eddie(), now=MONDAY)
    timeline = timeline_of(Edition.objects.get(), pauses=[], now=MONDAY)
    assert (timeline.steps[-1].title, timeline.if_nobody_acts) == ("Stopped", "")


@pytest.mark.parametrize("state", [EditionState.HELD, EditionState.CANCELLED])
def test_held_and_cancelled_say_why(publication: Publication, state: EditionState) -> None:
    edition = make.edition(publication, state=state, reason="The lawyers are reading")
    assert timeline_of(edition, pauses=[], now=BEFORE).steps[-1].note == "The lawyers are reading."


def test_a_paused_publication_sends_nothing(publication: Publication) -> None:
    Publication.objects.update(is_active=False)
    edition = Edition.objects.fresh(make.edition(publication).pk)
    assert "The publication is paused" in timeline_of(edition, pauses=[], now=BEFORE).if_nobody_acts


def test_a_built_email_without_an_approval(publication: Publication) -> None:
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert "Email built" in titles(edition)
    assert timeline_of(edition, pauses=[], now=BEFORE).if_nobody_acts.startswith(
        "Without an approval by today, 10:00 EST"
    )


def paused(hours: float | None, *, publication: Publication | None = None) -> list[SendingPause]:
    until = None if hours is None else BEFORE + timedelta(hours=hours)
    pause_sending.pause_sending(publication, reason="rain", until=until, by="Otto", now=BEFORE)
    return list(active_pauses(now=BEFORE))


@pytest.mark.parametrize(
    ("hours", "said", "step"),
    [
        (
            3,
            "All sending is paused until today, 08:00 EST, and the edition waits until then. "
            "If the pause lasts beyond today, 10:00 EST, the edition is held.",
            "Sends when the pause ends",
        ),
        (
            None,
            "All sending is paused, and the edition waits until somebody resumes sending, at the earliest today, "
            "07:00 EST. If the pause lasts beyond today, 10:00 EST, the edition is held.",
            "Sends when the pause ends",
        ),
        (
            5,
            "All sending is paused until today, 10:00 EST. "
            "The lateness limit is today, 10:00 EST, so the edition is held then.",
            "Held",
        ),
    ],
)
def test_an_edition_under_a_pause_waits_for_its_end(
    publication: Publication, hours: float | None, said: str, step: str
) -> None:
    edition = make.approved_edition(publication)
    pauses = paused(hours)
    timeline = timeline_of(edition, pauses=pauses, now=BEFORE)
    assert timeline.if_nobody_acts == said
    assert edition_status(edition, pauses=pauses, now=BEFORE).sentence == said
    assert "Sends" not in [each.title for each in timeline.steps]
    assert timeline.steps[-1].title == step
    if hours:
        end = BEFORE + timedelta(hours=hours, seconds=1)
        open_dispatch.open_dispatch(edition.pk, now=end)
        assert Edition.objects.get().state == (EditionState.HELD if step == "Held" else EditionState.DISPATCHING)


def test_a_pause_without_end_holds_an_edition_that_is_over_its_limit(publication: Publication) -> None:
    edition, pauses, later = make.approved_edition(publication), paused(None), MONDAY + timedelta(hours=4)
    said = "All sending is paused, and the lateness limit has passed: the edition is held when the pause ends."
    assert timeline_of(edition, pauses=pauses, now=later).if_nobody_acts == said
    pause_sending.resume_sending(pauses[0], by="Otto", now=later)
    open_dispatch.open_dispatch(edition.pk, now=later)
    assert Edition.objects.get().state == EditionState.HELD


def test_a_pause_that_ends_before_the_send_time_or_of_another_publication_changes_no_sentence(
    publication: Publication,
) -> None:
    edition = make.approved_edition(publication)
    paused(1)
    pauses = paused(None, publication=make.publication(slug="other"))
    assert timeline_of(edition, pauses=pauses, now=BEFORE).if_nobody_acts == "It is sent today, 07:00 EST."
    assert edition_status(edition, pauses=pauses, now=BEFORE).sentence.startswith("Sends automatically today, 07:00")


def test_emails_are_submitted_to_the_provider_after_a_pause_that_ends_before_the_send_time(
    publication: Publication,
) -> None:
    Publication.objects.update(schedule_ahead_minutes=120)
    edition = Edition.objects.fresh(make.approved_edition(publication).pk)
    pauses = paused(1)
    [step] = [
        each
        for each in timeline_of(edition, pauses=pauses, now=BEFORE).steps
        if each.title == "Submitted to the provider"
    ]
    assert step.at == BEFORE + timedelta(hours=1)
    assert "submitted to the provider today, 06:00 EST" in edition_status(edition, pauses=pauses, now=BEFORE).sentence


def test_an_edition_that_is_not_approved_needs_an_approval_and_waits(publication: Publication) -> None:
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    pauses = paused(3, publication=publication)
    said = edition_status(edition, pauses=pauses, now=BEFORE).sentence
    assert said.startswith("The email is ready. It needs an approval by today, 10:00 EST. Sending of ")
    assert "It is sent" not in said


def test_the_closing_time_is_a_step_while_the_edition_takes_stories_until_then(publication: Publication) -> None:
    Publication.objects.update(closing_minutes=90)
    edition = Edition.objects.fresh(make.edition(publication).pk)
    assert titles(edition)[:3] == ["Planned", "Closes for stories", "Email is built"]
    built = assemble_edition.assemble(edition.pk, now=BEFORE)
    assert "Closes for stories" not in titles(built, BEFORE + timedelta(minutes=1)), "it takes none since it was built"
    Publication.objects.update(closing_minutes=5)
    later = Edition.objects.fresh(make.edition(publication, due_at=MONDAY + timedelta(days=1)).pk)
    assert "Closes for stories" not in titles(later), "it is built before that"
