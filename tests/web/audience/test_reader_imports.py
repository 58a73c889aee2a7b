"""The pages of imports: what is in a file, who is mailed afterwards, and how far it is."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newsletter.accounts.models import Role
from newsletter.audience.import_models import SubscriberImport
from newsletter.audience.imports import import_orders, run_imports
from newsletter.audience.models import Subscriber, Subscription
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.audience.imports import exports
from tests.support import factories as make
from tests.web.asking import words
from tests.web.browsing import form_of
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/readers/imports/"


@pytest.fixture
def anna() -> Client:
    return signed_in(make.person(Role.AUDIENCE, "Anna"))


def upload(client: Client, publication: Publication, **files: bytes) -> str:
    """Upload these files; the address of the import."""
    given = [SimpleUploadedFile(name.replace("__", "."), content) for name, content in files.items()]
    answer = client.post(ADDRESS, {"publication": publication.pk, "file": given})
    assert answer.status_code == 302, words(answer)
    return answer["Location"]


def send(client: Client, address: str, action: str, **changed: str) -> None:
    terms = {"source": "our old form", "given_on": "2025-03-31", "action": action}
    answer = form_of(client, address, having="source").send(client, **terms | changed)
    assert answer.status_code == 302, words(answer)


def run() -> None:
    while run_imports.run_next(clock=clock.now, seconds=60):
        pass


def test_a_file_is_shown_tried_and_imported(anna: Client, publication: Publication) -> None:
    content = b"email,first_name,city\nrita@readers.example,Rita,Rome\nnonsense,Otto,\n"
    address = upload(anna, publication, readers__csv=content)
    page = words(anna.get(address))
    for said in ("list of readers · UTF-8 · commas", "city Rome not imported", "Line 3 The email address has no @."):
        assert said in page
    send(anna, address, "dry-run")
    assert "Dry run 0% 0 rows of about 3 so far." in words(anna.get(address))
    run()
    page = words(anna.get(address))
    assert "Result of the dry run Nothing was written." in page
    assert "Rows 2 Added 1 Updated 0 Unchanged 0 Suppressed 0 Refused 1" in page
    assert not Subscriber.objects.exists()
    send(anna, address, "import")
    run()
    page = words(anna.get(address))
    assert "1 reader added" in page
    assert "The uploaded file was deleted." in page
    assert Subscription.objects.get().consent_source == "our old form"
    table = anna.get(f"{address}rows.csv")
    assert Record.objects.get(act=Act.READERS_EXPORTED).details["what"].startswith("rows of import")
    assert table.getvalue().decode().splitlines()[1:] == [
        "readers.csv,2,added,added,",
        "readers.csv,3,refused,refused,The email address has no @.",
    ]
    assert "readers.csv" in words(anna.get(ADDRESS))


def test_several_files_are_one_export(anna: Client, publication: Publication) -> None:
    files = {name.rpartition("/")[2].replace(".", "__"): text.encode() for name, text in exports.MAILCHIMP.items()}
    address = upload(anna, publication, **files)
    page = words(anna.get(address))
    assert "Mailchimp: people who unsubscribed" in page
    assert "clean time" not in page.lower()
    assert "suppressed: the mailbox does not exist" in page
    send(anna, address, "import")
    run()
    assert "Suppressed 3" in words(anna.get(address))
    assert set(Subscription.objects.filter(status="active").values_list("subscriber__email", flat=True)) == {
        "rita@readers.example",
        "ada@readers.example",
    }


@pytest.mark.parametrize("other", ["unsubscribed", "more.zip", ".cleaned.csv", "report.pdf"])
def test_of_several_files_none_is_left_out_without_a_word(anna: Client, publication: Publication, other: str) -> None:
    readers = SimpleUploadedFile("readers.csv", b"email\nrita@readers.example\n")
    files = [readers, SimpleUploadedFile(other, b"email\nada@readers.example\n")]
    answer = anna.post(ADDRESS, {"publication": publication.pk, "file": files})
    assert answer.status_code == 422
    assert f"“{other}” cannot be imported with other files" in words(answer)
    assert not SubscriberImport.objects.exists()


def test_the_page_names_the_files_of_an_export_that_are_no_tables(anna: Client, publication: Publication) -> None:
    posts = {f"posts/{number}.html": "<p>Tide</p>" for number in range(9)}
    address = upload(anna, publication, export__zip=exports.zipped(exports.SUBSTACK | posts))
    page = words(anna.get(address))
    assert "12 files not imported" in page
    assert "posts.csv : Line 1 has no column “email”." in page
    assert "posts/0.html , posts/1.html , posts/1.tide.html , posts/2.html , posts/3.html and 5 more: Only CSV" in page


def test_what_is_missing_is_said_at_its_field_and_nothing_starts(anna: Client, publication: Publication) -> None:
    address = upload(anna, publication, readers__csv=b"email\nrita@readers.example\n")
    form = form_of(anna, address, having="source")
    for changed in ({"source": ""}, {"source": "form", "given_on": ""}, {"source": "form", "given_on": "2999-01-01"}):
        answer = form.send(anna, action="import", **changed)
        assert answer.status_code == 422
    assert not SubscriberImport.objects.get().is_running


def test_chosen_columns_stand_on_a_form_that_has_problems(anna: Client, publication: Publication) -> None:
    address = upload(anna, publication, readers__csv=b"email,contact\nold@readers.example,new@readers.example\n")
    form = form_of(anna, address, having="source")
    answer = form.send(anna, action="import", source="form", given_on="", **{"email-0": "1"})
    assert answer.status_code == 422
    assert isinstance(answer, HttpResponse)
    assert '<option value="1" selected>contact</option>' in answer.content.decode()
    assert "new@readers.example" in words(answer)


def test_a_file_that_nobody_imported_is_said_to_be_deleted(anna: Client, publication: Publication) -> None:
    address = upload(anna, publication, readers__csv=b"email\nrita@readers.example\n")
    import_orders.delete_old(now=clock.now() + timedelta(days=8))
    page = words(anna.get(address))
    assert "The file was deleted, because nobody imported it in seven days." in page
    assert "below" not in page


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("readers.csv", b"<!doctype html><html>", "is a web page"),
        ("readers.csv", b"name,city\nRita,Rome\n", "has no column"),
        ("readers.xlsx", b"PK\x03\x04nothing", "damaged"),
        ("readers.csv", b"\n", "has no rows"),
    ],
)
def test_a_file_that_is_no_list_is_refused_on_the_form(
    anna: Client, publication: Publication, name: str, content: bytes, said: str
) -> None:
    answer = anna.post(ADDRESS, {"publication": publication.pk, "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert said in words(answer).lower()
    assert not SubscriberImport.objects.exists()


def test_an_import_is_cancelled_and_cannot_be_cancelled_twice(anna: Client, publication: Publication) -> None:
    address = upload(anna, publication, readers__csv=b"email\nrita@readers.example\n")
    send(anna, address, "import")
    assert anna.post(address, {"action": "cancel"}).status_code == 302
    assert "Cancelled" in words(anna.get(address))
    assert "has ended already" in words(anna.post(address, {"action": "cancel"}))
    run()
    assert not Subscriber.objects.exists()


def test_two_people_start_one_import_and_it_runs_once(anna: Client, publication: Publication) -> None:
    address = upload(anna, publication, readers__csv=b"email\nrita@readers.example\n")
    form = form_of(anna, address, having="source")
    terms = {"source": "form", "given_on": "2025-03-31", "action": "import"}
    assert form.send(anna, **terms).status_code == 302
    assert "is running" in words(form.send(signed_in(make.eddie()), **terms))
    run()
    assert Subscription.objects.count() == 1


def test_a_bare_list_of_addresses_loses_no_row(anna: Client, publication: Publication) -> None:
    address = upload(anna, publication, readers__txt=b"rita@readers.example\nada@readers.example\n")
    send(anna, address, "dry-run")
    run()
    send(anna, address, "import")
    run()
    assert set(Subscriber.objects.values_list("email", flat=True)) == {"rita@readers.example", "ada@readers.example"}


def test_the_page_of_a_running_import_does_not_load_its_file(anna: Client, publication: Publication) -> None:
    address = upload(anna, publication, readers__csv=b"email\nrita@readers.example\n")
    send(anna, address, "import")
    with CaptureQueriesContext(connection) as queries:
        assert anna.get(address).status_code == 200
    assert not [query["sql"] for query in queries if '"audience_subscriberimport"."file"' in query["sql"]]
