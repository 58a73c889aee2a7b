"""Segments, stories and editions through the API: the same acts as on the desk."""

from typing import Any

import pytest

from newsletter.accounts.models import Role
from newsletter.audit.models import Record
from newsletter.editions.models import Edition
from newsletter.ops.models import Failure
from newsletter.publications.models import Publication
from newsletter.segments.models import Segment
from newsletter.stories.models import Story, StoryState
from tests.api.v1.conftest import Program, program_of
from tests.support import factories as make

STORY = {"headline": "Rain at last", "url": "https://post.example.org/rain", "body": "It rains.\n\nIt <b>pours</b>."}
NEW = {"match": "all", "groups": [{"match": "all", "conditions": [{"kind": "joined", "test": "within", "value": 30}]}]}


def test_a_story_is_added_changed_moved_removed_and_restored(program: Program, publication: Publication) -> None:
    make.story(publication)
    added = program("POST", "stories", STORY | {"kicker": "Weather", "embargo_until": "2030-01-01T07:00:00+02:00"})
    assert (added.status, added.json["position"], added.json["version"], added.json["state"]) == (201, 2, 1, "queued")
    path = f"stories/{added.json['id']}"
    assert program("GET", path).json == added.json
    assert added.json["embargo_until"] == "2030-01-01T05:00:00Z"
    changed = program("PATCH", path, {"version": 1, "headline": "Rain", "embargo_until": None})
    assert (changed.json["headline"], changed.json["version"], changed.json["kicker"]) == ("Rain", 2, "Weather")
    assert changed.json["embargo_until"] is None
    assert program("POST", f"{path}/move", {"to": 1}).json["position"] == 1
    assert program("DELETE", path).json["state"] == "dropped"
    assert program("DELETE", path).kind == "conflict"
    assert program("POST", f"{path}/restore").json["position"] == 2
    acts = Record.objects.order_by("pk").filter(subject="story").values_list("act", flat=True)
    assert list(acts) == ["story-added", "story-changed", "story-moved", "story-removed", "story-restored"]


def test_a_change_of_an_older_version_is_refused(program: Program, publication: Publication) -> None:
    story = make.story(publication)
    Story.objects.filter(pk=story.pk).update(version=3)
    answer = program("PATCH", f"stories/{story.pk}", {"version": 2, "headline": "Rain"})
    assert (answer.status, answer.kind) == (409, "version-conflict")


def test_a_link_that_is_in_the_queue_is_refused_unless_it_is_meant(program: Program) -> None:
    assert program("POST", "stories", STORY).status == 201
    assert program("POST", "stories", STORY).kind == "conflict"
    assert program("POST", "stories", STORY | {"again": True}).status == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"headline": " "}, "headline"),
        ({"url": "javascript:x"}, "url"),
        ({"body": "<p> </p>"}, "body"),
        ({"picture_url": "https://post.example.org/x.jpg"}, "picture_alt"),
        ({"kind": "huge"}, "kind"),
        ({"quote_by": "Ada"}, "quote_by"),
        ({"embargo_until": "2026-01-02T00:00:00Z", "expires_at": "2026-01-01T00:00:00Z"}, "expires_at"),
        ({"language": "not a language"}, "language"),
    ],
)
def test_a_story_that_cannot_be_used_names_its_field(program: Program, change: Any, field: str) -> None:
    answer = program("POST", "stories", STORY | change)
    assert (answer.status, answer.kind, answer.fields[0]) == (422, "invalid", field)
    assert not Story.objects.exists()


def test_stories_are_listed_the_newest_first_in_pages(program: Program, publication: Publication) -> None:
    ids = [make.story(publication).pk for _ in range(3)]
    Story.objects.filter(pk=ids[0]).update(state="used")
    first = program("GET", "stories?limit=2").json
    assert [one["id"] for one in first["items"]] == [ids[2], ids[1]]
    rest = program("GET", f"stories?limit=2&cursor={first['next_cursor']}").json
    assert ([one["id"] for one in rest["items"]], rest["next_cursor"]) == ([ids[0]], None)
    assert [one["id"] for one in program("GET", "stories?state=used").json["items"]] == [ids[0]]
    assert program("GET", "stories?state=old").fields == ["state"]


def test_things_of_another_publication_do_not_exist(program: Program) -> None:
    evening = make.publication(slug="evening")
    story, edition = make.story(evening), make.edition(evening)
    for method, path, body in [
        ("GET", f"stories/{story.pk}", None),
        ("PATCH", f"stories/{story.pk}", {"version": 1, "headline": "x"}),
        ("DELETE", f"stories/{story.pk}", None),
        ("GET", f"editions/{edition.pk}", None),
        ("POST", f"editions/{edition.pk}/hold", {"reason": "x"}),
    ]:
        assert program(method, path, body).kind == "not-found"


def test_a_segment_is_added_counted_changed_and_removed(program: Program, publication: Publication) -> None:
    make.readers(publication, 3)
    added = program("POST", "segments", {"name": "New", "definition": NEW})
    assert (added.status, added.json["means"]) == (201, "Readers who joined in the last 30 days.")
    path = f"segments/{added.json['id']}"
    assert program("GET", "segments").json["items"] == [program("GET", path).json]
    count = program("GET", f"{path}/count").json
    assert (count["readers"], count["is_exact"]) == (3, True)
    changed = program("PATCH", path, {"version": 1, "name": "Newcomers"})
    assert (changed.json["name"], changed.json["version"]) == ("Newcomers", 2)
    assert program("PATCH", path, {"version": 1, "name": "Old"}).kind == "version-conflict"
    removed = program("DELETE", path)
    assert (removed.status, removed.json) == (204, None)
    assert program("GET", path).kind == "not-found"


def test_who_gave_to_all_publications_is_counted_with_a_token_for_all_alone(
    program: Program, publication: Publication
) -> None:
    gave = {"groups": [{"conditions": [{"kind": "gave", "test": "within", "value": 30}]}]}
    path = f"segments/{program('POST', 'segments', {'name': 'Donors', 'definition': gave}).json['id']}/count"
    assert program("GET", path).json["matching"] == 0
    limited = program_of(make.eddie(), publication, publications=[publication])
    assert limited("GET", path).kind == "not-permitted"
    assert limited("GET", path.removesuffix("/count")).status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "definition": NEW}, "name"),
        ({"name": "New", "definition": {}}, "definition"),
        ({"name": "New", "definition": {"groups": [{"conditions": [{"kind": "age"}]}]}}, "definition"),
        ({"name": "New", "definition": NEW | {"x\0": 1}}, "definition"),
    ],
)
def test_a_segment_that_cannot_be_used_names_its_field(program: Program, body: Any, field: str) -> None:
    assert program("POST", "segments", body).fields == [field]


def test_an_edition_gets_texts_and_readers_and_is_held(program: Program, publication: Publication) -> None:
    edition = make.edition(publication)
    segment = Segment.objects.get(pk=program("POST", "segments", {"name": "New", "definition": NEW}).json["id"])
    path = f"editions/{edition.pk}"
    changed = program("PATCH", path, {"subject": "The ferry stays", "intro": "Good morning."})
    assert (changed.json["subject"], changed.json["intro"], changed.json["preheader"]) == (
        *("The ferry stays", "Good morning."),
        "",
    )
    readers = program("PUT", f"{path}/readers", {"send_to": segment.pk, "leave_out": None})
    assert (readers.json["send_to"], readers.json["leave_out"]) == (segment.pk, None)
    assert program("PUT", f"{path}/readers", {"send_to": 999, "leave_out": None}).fields == ["send_to"]
    same = program("PUT", f"{path}/readers", {"send_to": segment.pk, "leave_out": segment.pk})
    assert same.fields == ["leave_out"]
    held = program("POST", f"{path}/hold", {"reason": "The site is down."})
    assert (held.json["state"], held.json["reason"]) == ("held", "The site is down.")
    assert [one["id"] for one in program("GET", "editions?state=held").json["items"]] == [edition.pk]


def test_an_approval_ends_only_if_the_request_says_so(program: Program, publication: Publication) -> None:
    edition = make.approved_edition(publication, due_at=make.MONDAY.replace(year=2031))
    path = f"editions/{edition.pk}"
    assert program("GET", path).json["stories"][0]["position"] == 1
    assert program("PATCH", path, {"subject": "Another"}).kind == "conflict"
    edition.refresh_from_db()
    assert edition.state == "approved"
    changed = program("PATCH", path, {"subject": "Another", "end_approval": True})
    assert (changed.json["state"], changed.json["subject"]) == ("assembled", "Another")


def test_a_curators_token_may_not_hold_what_a_curator_may_not(publication: Publication) -> None:
    edition = make.edition(publication)
    program = program_of(make.person(Role.CURATOR, "Cora"), publication)
    assert program("GET", "editions").status == 200
    assert program("POST", f"editions/{edition.pk}/hold", {"reason": "x"}).kind == "not-permitted"
    assert Edition.objects.get().state == "planned"


def test_stories_in_every_state_are_listed(program: Program, publication: Publication) -> None:
    story = make.story(publication)
    for state in StoryState:
        Story.objects.filter(pk=story.pk).update(state=state)
        assert [one["state"] for one in program("GET", f"stories?state={state}").json["items"]] == [state]


def test_a_held_edition_shows_the_subject_that_its_next_email_has(program: Program, publication: Publication) -> None:
    path = f"editions/{make.approved_edition(publication, due_at=make.MONDAY.replace(year=2031)).pk}"
    program("POST", f"{path}/hold", {"reason": "The site is down."})
    assert program("PATCH", path, {"subject": "The ferry stays"}).json["subject"] == "The ferry stays"


def test_a_definition_that_is_nested_too_deeply_is_refused(program: Program) -> None:
    for depth in (20, 860, 880, 889, 900):
        definition = b'{"a":' * depth + b"1" + b"}" * depth
        answer = program("POST", "segments", b'{"name": "New", "definition": ' + definition + b"}")
        assert answer.kind in ("invalid", "invalid-json"), depth
    assert not Failure.objects.exists()
