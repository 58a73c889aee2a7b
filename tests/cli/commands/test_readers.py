import base64
import csv
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import OperationalError

from newsletter.audience import export_subscribers
from newsletter.audience.models import Subscriber, Subscription
from newsletter.audience.suppressions import suppress
from newsletter.audit.acts import Act, Door
from newsletter.audit.models import Record
from newsletter.delivery.recipients import reader_links
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make

FORM = ("--source", "form", "--consent-date", "2026-01-02")
READERS = "email,first_name\nrita@example.org,Rita\nRITA@example.org,Rita\nnonsense,Otto\n+plus@example.org,=Plus\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "readers.csv"
    path.write_text(READERS, encoding="utf-8")
    return path


def test_an_import_prints_its_counts_and_problems(newsletter: Command, publication: Publication, file: Path) -> None:
    result = newsletter("readers", "import", file, *FORM)
    assert "rows read 4 added 2 unchanged 1 refused 1 duplicates in the file 1" in result.text
    assert result.err == "line 4: The email address has no @.\n"
    assert "rita" not in result.out + result.err


def test_an_import_leaves_a_record_and_a_dry_run_leaves_none(
    newsletter: Command, publication: Publication, file: Path
) -> None:
    newsletter("readers", "import", file, *FORM, "--dry-run")
    assert not Record.objects.exists()
    newsletter("readers", "import", file, *FORM)
    record = Record.objects.get()
    assert (record.act, record.subject_id, record.door) == (Act.READERS_IMPORTED, publication.pk, Door.COMMAND)
    assert record.details == {"source": "form", "file": "readers.csv"}


def test_an_import_from_stdin_prints_json(newsletter: Command, publication: Publication) -> None:
    suppress("rita@example.org", reason="desk")
    result = newsletter("readers", "import", "-", *FORM, "--json", stdin=READERS).data
    assert (result.pop("balance"), result.pop("notes"), result.pop("dry_run")) == (
        {"added": 1, "updated": 0, "unchanged": 1, "suppressed": 1, "refused": 1}, [], False,
    )  # fmt: skip
    assert [table["recognised_as"] for table in result.pop("tables")] == ["list of readers"]
    assert result.pop("files_left_out") == []
    assert result == {
        "rows": 4, "added": 1, "updated": 0, "known": 0, "repeated": 1, "paused": 0, "unconfirmed": 0, "waiting": 0,
        "left": 0, "suppressed": 1,
        "bad": 1, "ended": 0, "warned": 0, "problems": [{"line": 4, "problem": "The email address has no @."}],
        "warnings": [], "adds_up": True,
    }  # fmt: skip


def test_a_file_that_is_not_there_is_one_sentence_and_another_encoding_is_named(
    newsletter: Command, publication: Publication, tmp_path: Path
) -> None:
    missing = newsletter("readers", "import", tmp_path / "none.csv", *FORM)
    assert (missing.status, missing.out, missing.err.count("\n")) == (1, "", 1)
    assert "cannot be read (No such file or directory)" in missing.err
    latin = newsletter("readers", "import", "-", *FORM, stdin="email,first_name\nr@example.org,Zoë".encode("latin-1"))
    assert (latin.status, "was read as cp" in latin.err) == (0, True)
    assert Subscriber.objects.get().first_name == "Zoë"


def test_an_import_needs_a_source(newsletter: Command, publication: Publication, file: Path) -> None:
    assert newsletter("readers", "import", file).status == 2
    assert newsletter("readers", "import", file, "--source", " ", "--consent-date", "2026-01-02").status == 1


def test_a_file_without_times_needs_the_date_of_consent(
    newsletter: Command, publication: Publication, file: Path
) -> None:
    missing = newsletter("readers", "import", file, "--source", "form")
    assert (missing.status, "--consent-date: is missing" in missing.err) == (1, True)
    for wrong in ("soon", "2999-01-01"):
        assert newsletter("readers", "import", file, "--source", "form", "--consent-date", wrong).status == 1
    newsletter("readers", "import", file, *FORM)
    assert {at.date() for at in Subscription.objects.values_list("consent_at", flat=True) if at} == {date(2026, 1, 2)}


def test_a_dry_run_writes_nothing_and_counts_what_the_import_then_does(
    newsletter: Command, publication: Publication, file: Path
) -> None:
    dry = newsletter("readers", "import", file, *FORM, "--dry-run", "--json").data
    assert not Subscription.objects.exists()
    real = newsletter("readers", "import", file, *FORM, "--json").data
    assert (dry.pop("dry_run"), real.pop("dry_run"), dry) == (True, False, real)
    assert real["balance"] == {"added": 2, "updated": 0, "unchanged": 1, "suppressed": 0, "refused": 1}


def test_what_became_of_each_row_is_written_without_addresses(
    newsletter: Command, publication: Publication, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "rows.csv"
    newsletter("readers", "import", file, *FORM, "--rows", out)
    assert [
        (row["file"], row["line"], row["result"])
        for row in csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    ] == [
        ("readers.csv", "2", "added"),
        ("readers.csv", "3", "unchanged"),
        ("readers.csv", "4", "refused"),
        ("readers.csv", "5", "added"),
    ]
    assert "@" not in out.read_text(encoding="utf-8").replace("has no @", "")


def test_what_is_exported_can_be_opened_and_imported(
    newsletter: Command, publication: Publication, file: Path, tmp_path: Path
) -> None:
    newsletter("readers", "import", file, *FORM)
    out = tmp_path / "out.csv"
    result = newsletter("readers", "export", "--out", out)
    assert (result.status, result.out) == (0, "")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert [row["email"] for row in rows] == ["'+plus@example.org", "rita@example.org"]
    assert newsletter("readers", "import", out, "--source", "again", "--json").data["known"] == 2
    assert newsletter("readers", "export").out.splitlines() == out.read_text(encoding="utf-8").splitlines()


def test_a_json_export_has_one_object_a_line(newsletter: Command, publication: Publication, file: Path) -> None:
    newsletter("readers", "import", file, *FORM)
    result = newsletter("readers", "export", "--json")
    assert len(result.out.splitlines()) == 2
    assert '"email":"+plus@example.org","first_name":"=Plus","status":"active","consent_source":"form"' in result.out


def test_an_export_that_cannot_be_written_says_so(
    newsletter: Command, publication: Publication, tmp_path: Path
) -> None:
    result = newsletter("readers", "export", "--out", tmp_path / "no" / "out.csv")
    assert result.status == 1
    assert "--out: cannot be written" in result.err


def test_readers_are_counted(newsletter: Command, publication: Publication, file: Path) -> None:
    newsletter("readers", "import", file, *FORM)
    assert newsletter("readers", "count", "--json").data == {
        "active": 2, "suppressed": 0, "pending": 0, "paused": 0, "left": 0, "total": 2,
    }  # fmt: skip
    assert newsletter("readers", "count").text.startswith("subscribed 2 suppressed 0")


def test_readers_who_wrote_to_the_mailbox_are_unsubscribed(newsletter: Command, publication: Publication) -> None:
    rita, other = make.rita(publication), make.reader(publication)
    edition = make.edition(publication)
    token = reader_links.token_signer(edition.pk)(rita.pk)
    subject = f"Subject: unsubscribe {token}\n"
    assert newsletter("readers", "leave", "-", "--json", stdin=subject * 2).data == {
        "left": 1,
        "not_ours": 0,
        "not_understood": 0,
    }
    left = Subscription.objects.get(subscriber=rita)
    assert (left.status, left.unsubscribed_via, left.unsubscribed_from_edition) == ("left", "mail", edition.pk)
    assert Subscription.objects.get(subscriber=other).status == "active"
    assert newsletter("readers", "leave", token).text == "unsubscribed 1"


def test_an_invalid_token_unsubscribes_nobody_and_is_reported(newsletter: Command, publication: Publication) -> None:
    rita = make.rita(publication)
    result = newsletter("readers", "leave", "A" * 43)
    assert result.status == 1
    assert "invalid tokens" in result.out
    assert Subscription.objects.get(subscriber=rita).status == "active"


def test_an_export_is_readable_by_its_owner_only_also_over_an_existing_file(
    newsletter: Command, publication: Publication, tmp_path: Path
) -> None:
    out = tmp_path / "readers.csv"
    out.write_text("old", encoding="utf-8")
    out.chmod(0o644)
    assert newsletter("readers", "export", "--out", out).status == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_an_interrupted_export_keeps_the_earlier_file(
    newsletter: Command, publication: Publication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "readers.csv"
    newsletter("readers", "export", "--out", out)
    before = out.read_text(encoding="utf-8")

    def broken(_readers: object) -> Iterator[str]:
        yield "email\r\n"
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(export_subscribers, "lines", broken)
    assert newsletter("readers", "export", "--out", out).status == 1
    assert out.read_text(encoding="utf-8") == before
    assert [path.name for path in tmp_path.iterdir()] == ["readers.csv"]


def test_an_import_counts_readers_by_the_consent_in_the_file(newsletter: Command, publication: Publication) -> None:
    make.reader(publication, email="left@example.org")
    file = "email,status,time_zone\nleft@example.org,unsubscribed,\na@example.org,active,Mordor\nb@example.org,?,\n"
    result = newsletter("readers", "import", "-", *FORM, stdin=file)
    assert result.text == (
        "rows read 3 added 1 unchanged 0 not mailed 1 refused 1 not mailed: unsubscribed 1 "
        "subscribed until now, and not mailed any more 1 imported in part 1"
    )
    assert result.err == (
        "line 4: The status is not known. Use active, pending, paused, left or suppressed. Other values "
        "are not guessed.\n"
        "line 3: The time zone is not known. This value was not imported. Use a name such as Europe/Berlin, or "
        "leave it empty.\n"
    )


def test_a_message_in_another_encoding_still_unsubscribes_its_sender(
    newsletter: Command, publication: Publication
) -> None:
    reader = make.reader(publication)
    token = reader_links.token_signer(make.edition(publication).pk)(reader.pk)
    mail = f"Subject: unsubscribe {token}\n\nGr".encode() + b"\xfc\xdfe\n"
    assert newsletter("readers", "leave", "-", stdin=mail).status == 0
    assert Subscription.objects.get(subscriber=reader).status == "left"


def test_an_mbox_is_parsed_and_messages_not_understood_give_status_1(
    newsletter: Command, publication: Publication
) -> None:
    rita = make.rita(publication)
    token = reader_links.token_signer(make.edition(publication).pk)(rita.pk)
    subject = base64.b64encode(f"unsubscribe {token}".encode()).decode()
    mail = f"From x Mon\nSubject: =?utf-8?B?{subject}?=\n\nGr\xfc\xdfe\n\nFrom y Mon\nSubject: Away\n\nI am away.\n"
    result = newsletter("readers", "leave", "-", stdin=mail.encode("latin-1"))
    assert result.status == 1
    assert " ".join(result.out.split()) == "unsubscribed 1 not understood 1"
    assert Subscription.objects.get(subscriber=rita).status == "left"
    assert newsletter("readers", "leave", "-", stdin="").text == "unsubscribed 0"


def test_consent_events_are_exported_as_evidence(newsletter: Command, publication: Publication, file: Path) -> None:
    newsletter("readers", "import", file, *FORM)
    rows = list(csv.DictReader(newsletter("readers", "export", "--events").out.splitlines()))
    assert [(row["email"], row["act"], row["form"]) for row in rows] == [
        ("'+plus@example.org", "gave consent", "form"),
        ("rita@example.org", "gave consent", "form"),
    ]
    assert '"act":"gave consent"' in newsletter("readers", "export", "--events", "--json").out
