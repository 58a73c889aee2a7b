"""A publication's own template from its start to the letter, and what becomes of an edition when it breaks."""

import hashlib
import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, custom_templates, edition_decisions, render_letter
from newsletter.letters.content import letter_content
from newsletter.publications.models import Publication, Template
from newsletter.rendering.custom_template import renderer_process
from newsletter.rendering.custom_template.template_errors import CustomTemplateError, TemplateRendererUnavailable
from tests.golden.looks import EVERY
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
BEFORE = MONDAY - timedelta(hours=1)
BREAKS_LATER = "{% if stories[0].headline == 'Never' %}{{ nothing }}{% endif %}"


def own(publication: Publication, more: str = "<!-- ours -->") -> str:
    return custom_templates.default_template(publication).replace("{% set around", f"{more}{{% set around")


def saved(publication: Publication, body: str) -> Template:
    return custom_templates.save(publication, body, by=make.eddie(), now=MONDAY)


@pytest.mark.parametrize("name", EVERY)
def test_the_starting_template_makes_the_very_letter_of_the_look(name: str) -> None:
    made = EVERY[name]()
    start = custom_templates.default_template(Publication(layout=made.layout))
    assert render_letter.render(replace(made, template=start)) == render_letter.render(made)


def test_the_letter_is_made_with_it_and_the_preview_as_well() -> None:
    publication = make.publication()
    make.story(publication)
    saved(publication, own(publication))
    edition = make.edition(publication)
    seen = assemble_edition.preview(edition, now=BEFORE)
    assembled = assemble_edition.assemble(edition.pk, now=BEFORE)
    assert assembled.state == EditionState.ASSEMBLED
    frozen = assembled.letters.get()
    assert "<!-- ours -->" in frozen.html
    assert seen.html == frozen.html
    assert frozen.findings == []


def test_versions_are_added_and_none_is_lost() -> None:
    publication = make.publication()
    first, second = saved(publication, own(publication)), saved(publication, own(publication, "<!-- second -->"))
    assert saved(publication, second.body) == second
    assert [t.number for t in publication.templates.all()] == [2, 1]
    custom_templates.remove(publication)
    assert (publication.template, custom_templates.current(publication)) == (None, second.body)
    custom_templates.use_version(publication, 1)
    publication.refresh_from_db()
    assert publication.template == first


def test_what_works_with_an_appeal_and_not_with_thanks_in_its_place_is_not_saved() -> None:
    publication = make.publication()
    with pytest.raises(CustomTemplateError):
        saved(publication, own(publication, "{% if appeal %}{{ appeal.amounts[0].url }}{% endif %}"))
    assert saved(publication, own(publication, "{% if appeal and appeal.asks %}{{ appeal.amounts[0].url }}{% endif %}"))


def test_what_works_with_much_and_not_with_little_is_not_saved() -> None:
    publication = make.publication()
    with pytest.raises(CustomTemplateError, match=r"Line \d+, column \d+: .*not in every email"):
        saved(publication, own(publication, "{{ appeal.heading }}"))
    assert not Template.objects.exists()
    assert publication.template is None


def test_a_letter_waiting_for_approval_is_made_anew_when_the_template_changes() -> None:
    publication = make.publication()
    edition = make.approved_edition(publication)
    assert assemble_edition.refresh_stale() == []
    saved(publication, own(publication))
    assert assemble_edition.refresh_stale() == [edition.pk]
    again = assemble_edition.assemble(edition.pk, now=BEFORE)
    assert "<!-- ours -->" in again.letters.get().html
    custom_templates.remove(publication)
    assert assemble_edition.refresh_stale() == [edition.pk]


def test_letters_without_one_keep_the_fingerprint_that_they_had() -> None:
    made = EVERY["bare"]()
    assert letter_content.fingerprint(made) != letter_content.fingerprint(replace(made, template="x"))
    left_out = {"template", "snippets", "corrections", "corrections_first"}
    before = {name: value for name, value in asdict(made).items() if name not in left_out}
    canonical = json.dumps(before, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert letter_content.fingerprint(made) == hashlib.sha256(canonical.encode()).hexdigest()


def test_one_that_breaks_later_holds_the_edition_with_its_stories_until_it_is_mended() -> None:
    publication = make.publication()
    template = saved(publication, own(publication, BREAKS_LATER))
    story = make.story(publication, headline="Never")
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert edition.state == EditionState.HELD
    assert edition.reason.startswith("The publication’s custom template cannot be used for this email. Line ")
    assert "There is no “nothing” in an email." in edition.reason
    assert edition.placements.get().story == story
    custom_templates.remove(publication)
    edition_decisions.release(edition, now=BEFORE)
    assert assemble_edition.assemble(edition.pk, now=BEFORE).state == EditionState.ASSEMBLED
    assert Template.objects.get() == template


def test_trouble_of_the_machine_holds_nothing_and_the_next_tick_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = make.publication()
    saved(publication, own(publication))
    make.story(publication)
    edition = make.edition(publication)
    with monkeypatch.context() as broken:
        broken.setattr(renderer_process, "COMMAND", ["/nowhere/python"])
        with pytest.raises(TemplateRendererUnavailable):
            assemble_edition.assemble(edition.pk, now=BEFORE)
    assert list(Edition.objects.due_for_assembly(BEFORE)) == [edition]
    assert assemble_edition.assemble(edition.pk, now=BEFORE).state == EditionState.ASSEMBLED


def test_without_the_way_out_preflight_stops_the_letter_as_any_other() -> None:
    publication = make.publication()
    make.story(publication)
    body = own(publication)
    start, end = body.index("{{ footer_row"), body.index("{% endblock")
    saved(publication, body[:start] + body[end:])
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert edition.state == EditionState.HELD
    assert "unsubscribe" in edition.reason
