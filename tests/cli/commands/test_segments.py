"""newsletter segments: everything that the pages do, by command."""

import json
from pathlib import Path

from newsletter.audit.models import Record
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make


def test_segments_are_added_counted_changed_and_removed(newsletter: Command, publication: Publication) -> None:
    make.reader(publication, email="ann@near.example")
    make.readers(publication, 2)
    made = newsletter("segments", "add", "Near", "--where", "domain:is=near.example", "--json").data
    assert made["means"] == "Readers who have an address at near.example."
    assert made["publication"] == publication.slug
    assert newsletter("segments", "count", made["id"]).text == "1 of 3 readers"
    assert newsletter("segments", "count", made["id"], "--json").data["matching"] == 1
    either = ["--where", "domain:is=near.example", "--where", "domain:is=readers.example", "--any"]
    changed = newsletter("segments", "set", made["id"], *either, "--name", "Here", "--json").data
    assert (changed["version"], changed["name"]) == (2, "Here")
    assert newsletter("segments", "count", made["id"]).text == "3 of 3 readers"
    assert "near.example or have an address at readers.example" in newsletter("segments", "show", made["id"]).text
    assert "Here" in newsletter("segments", "list").text
    assert "Give --yes." in newsletter("segments", "remove", made["id"]).err
    assert newsletter("segments", "remove", made["id"], "--yes").text == "Removed Here."
    assert newsletter("segments", "list", "--json").data == []
    acts = list(Record.objects.order_by("pk").values_list("act", flat=True))
    assert acts == ["segment-added", "segment-changed", "segment-removed"]


def test_a_definition_with_groups_comes_from_a_file(
    newsletter: Command, publication: Publication, tmp_path: Path
) -> None:
    groups = [
        {
            "match": "any",
            "conditions": [
                {"kind": "gave", "test": "within", "value": 30},
                {"kind": "sample", "test": "percent", "value": 5},
            ],
        },
        {"conditions": [{"kind": "time-zone", "test": "is", "value": ["none", "europe/berlin"]}]},
    ]
    file = tmp_path / "segment.json"
    file.write_text(json.dumps({"match": "all", "groups": groups}), encoding="utf-8")
    made = newsletter("segments", "add", "Some", "--definition", str(file), "--json").data
    assert made["definition"]["groups"][1]["conditions"][0]["value"] == ["", "Europe/Berlin"]
    again = newsletter("segments", "set", made["id"], "--definition", str(file), "--json").data
    assert again["version"] == 1  # nothing changed


def test_what_cannot_be_a_condition_is_said(newsletter: Command, publication: Publication) -> None:
    assert "Write it as joined:within=30" in newsletter("segments", "add", "x", "--where", "joined").err
    assert "Give a condition" in newsletter("segments", "add", "x").err
    assert "condition 1 of group 1: days" in newsletter("segments", "add", "x", "--where", "joined:within=x").err
    assert "Give one of: time-zone" in newsletter("segments", "add", "x", "--where", "wild:is=x").err
    assert "cannot be read" in newsletter("segments", "add", "x", "--definition", "/nowhere.json").err
    assert "no segment 77" in newsletter("segments", "show", "77").err
    assert "clicked:not-in-editions" in newsletter("segments", "kinds").text
