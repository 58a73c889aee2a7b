"""A folder exported from Mailchimp is imported in a real browser, and who unsubscribed there stays unsubscribed."""

from datetime import date

import pytest
from playwright.sync_api import FilePayload, expect

from newsletter.accounts.models import Role
from newsletter.audience.imports import run_imports
from newsletter.audience.models import Subscriber, Subscription, Suppression
from newsletter.audience.reachable_subscribers import reachable
from newsletter.audience.subscribe import subscribe
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.audience.imports import exports
from tests.browser.opened import Opened

pytestmark = pytest.mark.django_db(transaction=True)
FILES = [
    FilePayload(name=name.rpartition("/")[2], mimeType="text/csv", buffer=text.encode())
    for name, text in exports.MAILCHIMP.items()
]


def test_a_mailchimp_folder_is_tried_imported_and_brings_nobody_back(opened: Opened, publication: Publication) -> None:
    here = subscribe(
        publication, email="gone@readers.example", first_name="", source="form", now=clock.now(), confirmed=True
    )
    page = opened("/readers/", Role.AUDIENCE)
    page.get_by_role("link", name="Import readers").click()
    page.get_by_label("File", exact=True).set_input_files(FILES)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Mailchimp: people who unsubscribed")).to_be_visible()
    expect(page.get_by_role("group", name="cleaned_members_export_1.csv")).to_contain_text("dead@readers.example")
    page.get_by_label("Where these readers gave consent").fill("sign-up form at Mailchimp")
    page.get_by_label("When they gave consent").fill("2024-06-30")
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    run_imports.run_next(clock=clock.now, seconds=60)
    expect(page.get_by_role("heading", name="Result of the dry run")).to_be_visible()
    expect(page.get_by_text("Subscribed until now, and not mailed any more")).to_be_visible()
    assert not Suppression.objects.exists()

    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Importing")).to_be_visible()
    run_imports.run_next(clock=clock.now, seconds=60)
    expect(page.get_by_role("heading", name="2 readers added")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download what became of each row").click()
    assert "@" not in download.value.path().read_text(encoding="utf-8")

    here.refresh_from_db()
    assert (here.status, here.unsubscribed_via) == ("left", "import: No longer interested")
    ids = sorted(Subscriber.objects.values_list("pk", flat=True))
    mailed = {email for _, email, _ in reachable(publication.pk, ids, day=date(2026, 12, 1))}
    assert {"rita@readers.example", "ada@readers.example"} <= mailed
    assert mailed.isdisjoint({"gone@readers.example", "dead@readers.example", "buyer@readers.example"})
    assert not Subscription.objects.filter(subscriber__email="dead@readers.example").exists()
