"""Which edition carries which appeal, and the email with an appeal that is still being written."""

from datetime import timedelta

import pytest

from newsletter.editions.models import Edition, Variant
from newsletter.giving.models import Appeal
from newsletter.giving.select_appeal import AppealPhase, phase_of
from newsletter.letters import appeal_editions, assemble_edition
from newsletter.lib.errors import InvalidState
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
BEFORE, DAY = MONDAY - timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def publication() -> Publication:
    publication = make.publication()
    make.story(publication, headline="The ferry stays")
    return publication


def to_come(publication: Publication) -> list[tuple[int, str]]:
    found = appeal_editions.editions_to_come(publication, list(publication.appeals.all()), now=BEFORE)
    return [(row.edition.pk, row.appeal.name if row.appeal else "") for row in found]


@pytest.mark.parametrize(
    ("fields", "phase"),
    [
        ({}, AppealPhase.CURRENT),
        ({"starts_on": MONDAY.date(), "ends_on": MONDAY.date()}, AppealPhase.CURRENT),
        ({"starts_on": (MONDAY + DAY).date()}, AppealPhase.PLANNED),
        ({"ends_on": (MONDAY - DAY).date()}, AppealPhase.ENDED),
        ({"is_active": False}, AppealPhase.RETIRED),
        ({"starts_on": (MONDAY + DAY).date(), "is_active": False}, AppealPhase.RETIRED),
    ],
)
def test_an_appeal_is_in_one_phase_on_each_day(
    publication: Publication, fields: dict[str, object], phase: AppealPhase
) -> None:
    assert phase_of(make.appeal(publication, **fields), MONDAY.date()) == phase


def test_an_edition_to_come_has_the_appeal_that_its_email_gets(publication: Publication) -> None:
    make.appeal(publication, name="Always")
    make.appeal(publication, name="Tuesday", priority=5, starts_on=(MONDAY + DAY).date())
    monday, tuesday = make.edition(publication), make.edition(publication, due_at=MONDAY + DAY)
    assert to_come(publication) == [(monday.pk, "Always"), (tuesday.pk, "Tuesday")]
    built = assemble_edition.assemble(monday.pk, now=BEFORE)
    carried = built.letters.get(variant=Variant.DEFAULT).appeal
    assert carried
    assert carried.name == "Always"
    make.appeal(publication, name="Stronger", priority=9)
    assert to_come(publication) == [(monday.pk, "Always"), (tuesday.pk, "Stronger")], "a built email keeps its own"


def test_an_edition_whose_email_has_no_place_for_an_appeal_carries_none() -> None:
    publication = make.publication()
    make.story(publication, is_sensitive=True)
    make.appeal(publication)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert to_come(publication) == [(edition.pk, "")]


def test_built_emails_are_counted_once_each(publication: Publication) -> None:
    appeal, other = make.appeal(publication), make.appeal(publication, priority=-1)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert appeal_editions.count_editions(publication) == {appeal.pk: (1, edition.due_at)}
    assert (appeal_editions.editions_with(appeal), appeal_editions.editions_with(other)) == ([edition], [])


def unsaved(publication: Publication, **fields: object) -> Appeal:
    texts = {"name": "New", "heading": "Give today", "button": "Give", "url": "https://a.org", "lead": "Please."}
    return Appeal(publication=publication, **(texts | fields))


def test_the_preview_is_the_real_next_email_and_stores_nothing(publication: Publication) -> None:
    make.edition(publication, intro="Good morning.")
    appeal = unsaved(publication, starts_on=(MONDAY + 99 * DAY).date(), is_active=False)
    letter = appeal_editions.letter_with_appeal(appeal, now=BEFORE)
    assert all(text in letter.html for text in ("Give today", "The ferry stays", "Good morning."))
    thanks = appeal_editions.letter_with_appeal(appeal, now=BEFORE, variant=Variant.THANKS)
    assert "Give today" not in thanks.html
    assert (Appeal.objects.count(), Edition.objects.get().content_hash) == (0, "")


def test_without_stories_the_preview_has_sample_stories() -> None:
    letter = appeal_editions.letter_with_appeal(unsaved(make.publication()), now=BEFORE)
    assert "A sample story" in letter.html
    assert "Give today" in letter.html


def test_the_preview_says_why_there_is_no_appeal_to_show(publication: Publication) -> None:
    with pytest.raises(InvalidState, match="0 thank-you days"):
        appeal_editions.letter_with_appeal(unsaved(publication, thanks_days=0), now=BEFORE, variant=Variant.THANKS)
    publication.stories.update(is_sensitive=True)
    with pytest.raises(InvalidState, match="sensitive story"):
        appeal_editions.letter_with_appeal(unsaved(publication), now=BEFORE)
