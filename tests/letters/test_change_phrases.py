"""Changing phrases: recorded, kept apart, and seen by emails that wait."""

import pytest

from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.letters import assemble_edition
from newsletter.letters.change_phrases import change_phrases, reset_phrases
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from tests.support import factories as make

pytestmark = pytest.mark.django_db


def test_two_people_who_change_different_phrases_both_keep_theirs() -> None:
    publication = make.publication()
    one, other = (Publication.objects.get(pk=publication.pk) for _ in range(2))
    change_phrases(one, {"read": "Read on"}, by=make.eddie())
    change_phrases(other, {"brief": "Also"})
    publication.refresh_from_db()
    assert publication.phrases == other.phrases == {"read": "Read on", "brief": "Also"}
    reset_phrases(one, ["read"])
    assert one.phrases == {"brief": "Also"}
    reset_phrases(one)
    assert one.phrases == {}


def test_one_bad_phrase_changes_none() -> None:
    publication = make.publication()
    with pytest.raises(BadInput):
        change_phrases(publication, {"read": "Read on", "give": "Give"})
    publication.refresh_from_db()
    assert publication.phrases == {}


def test_a_change_is_recorded_once_with_the_names_of_the_phrases() -> None:
    publication, eddie = make.publication(), make.eddie()
    for _ in range(2):
        change_phrases(publication, {"read": "Read on", "brief": "Also"}, by=eddie)
    (entry,) = Record.objects.filter(act=Act.PHRASES_CHANGED)
    assert (entry.details["phrases"], entry.user_id) == ("brief, read", eddie.pk)


def test_an_email_that_waits_is_made_anew() -> None:
    publication = make.publication()
    make.story(publication)
    planned = make.edition(publication)
    edition = assemble_edition.assemble(planned.pk, now=planned.assemble_at)
    assert not assemble_edition.is_stale(edition)
    change_phrases(publication, {"web": "Read this on the web"})
    edition.refresh_from_db()
    assert assemble_edition.is_stale(type(edition).objects.get(pk=edition.pk))
