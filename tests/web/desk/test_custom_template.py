"""The page of a publication's own template: who, what is shown of a slip, and what is kept."""

import pytest
from django.test import Client

from newsletter.letters import custom_templates
from newsletter.publications.models import Publication, Template
from newsletter.rendering.custom_template import renderer_process
from newsletter.rendering.custom_template.preview_slots import preview_slot
from tests.support import factories as make
from tests.web.asking import follow, words

PAGE = "/desk/morning/template/"


def test_an_editor_begins_with_the_look_and_saves_a_version(eddie: Client, publication: Publication) -> None:
    assert "There is no" not in words(eddie.get(PAGE))
    body = custom_templates.default_template(publication).replace("\n", "\r\n")
    assert "Saved as version 1" in follow(eddie.post(PAGE, {"body": body}), eddie)
    kept = Template.objects.get()
    assert kept.body == custom_templates.default_template(publication)  # as a browser sends it, and as it was
    assert kept.saved_by == make.eddie()
    assert "Emails use the standard layout again" in follow(eddie.post(PAGE + "remove/"), eddie)
    assert "Version 1 is now in use" in follow(eddie.post(PAGE + "1/"), eddie)


def test_a_slip_is_shown_at_its_line_and_what_was_typed_stays(eddie: Client, publication: Publication) -> None:
    answer = eddie.post(PAGE, {"body": "<p>one</p>\n<b>{{ headlin }}</b><script>alert(1)</script>"})
    assert "Line 2, column 7: There is no “headlin” in an email." in words(answer)
    assert "<script>alert" not in answer.content.decode()
    assert "2  &lt;b&gt;{{ <mark>headlin</mark> }}&lt;/b&gt;" in answer.content.decode()
    assert not Template.objects.exists()


def test_the_preview_is_the_letter_and_may_do_nothing(eddie: Client, publication: Publication) -> None:
    body = custom_templates.default_template(publication).replace("{% set around", "<!-- ours -->{% set around")
    shown = eddie.post(PAGE + "preview/", {"body": body})
    assert "<!-- ours -->" in shown.content.decode()
    assert "__nl_" not in shown.content.decode()
    assert "sandbox" in shown["Content-Security-Policy"]
    assert "script-src" not in shown["Content-Security-Policy"]
    assert not Template.objects.exists()


def test_when_all_turns_are_taken_it_says_so_at_once_and_keeps_what_was_typed(
    eddie: Client, publication: Publication
) -> None:
    body = custom_templates.default_template(publication) + "<!-- typed -->"
    with preview_slot(), preview_slot():
        assert "Too many templates are being previewed" in words(eddie.post(PAGE + "preview/", {"body": body}))
        answer = eddie.post(PAGE, {"body": body})
    assert "Not saved. Too many templates are being previewed." in words(answer)
    assert "&lt;!-- typed --&gt;" in answer.content.decode()
    assert not Template.objects.exists()


def test_trouble_of_the_machine_is_told_and_what_was_typed_stays(
    eddie: Client, publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderer_process, "COMMAND", ["/nowhere/python"])
    answer = eddie.post(PAGE, {"body": "<p>typed</p>"})
    assert "The template cannot be rendered at the moment. Try again in a minute." in words(answer)
    assert "&lt;p&gt;typed&lt;/p&gt;" in answer.content.decode()


def test_an_editions_own_preview_waits_for_no_turn_either(eddie: Client, publication: Publication) -> None:
    make.story(publication)
    custom_templates.save(publication, custom_templates.default_template(publication), by=None, now=make.MONDAY)
    edition = make.edition(publication)
    with preview_slot(), preview_slot():
        assert "Too many templates are being previewed" in words(eddie.get(f"/editions/{edition.pk}/letter/"))


def test_the_preview_says_what_preflight_would_stop(eddie: Client, publication: Publication) -> None:
    shown = words(eddie.post(PAGE + "preview/", {"body": "<html><head></head><body><p>Hello</p></body></html>"}))
    assert "preflight would block the email" in shown


def test_a_version_that_somebody_else_has_saved_meanwhile_is_shown_and_not_replaced(
    eddie: Client, publication: Publication
) -> None:
    theirs = custom_templates.default_template(publication) + "<!-- theirs -->"
    publication.template = Template.objects.create(publication=publication, number=1, body=theirs, saved_at=make.MONDAY)
    publication.save()
    answer = eddie.post(PAGE, {"body": "<p>ours</p>", "seen-version": "0"})
    page = answer.content.decode()
    assert "Someone else changed this while you were editing" in words(answer)
    assert "&lt;p&gt;ours&lt;/p&gt;" in page
    assert page.count("&lt;!-- theirs --&gt;") == 1
    assert 'name="seen-version" value="1"' in page  # who saves again has seen it
    assert Template.objects.count() == 1
