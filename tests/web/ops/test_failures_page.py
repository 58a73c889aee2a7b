"""The pages of failures."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from newsletter.lib import clock
from newsletter.ops.failures.record_failure import record_failure
from newsletter.ops.models import Failure
from tests.web.asking import words
from workers import record_failures


def failed(text: str = "no such story") -> None:
    try:
        raise ValueError(text)
    except ValueError as error:
        record_failure(error, source="task", name="workers.tasks.assembly.assemble", now=clock.now())


def test_without_failures_the_page_says_so(otto: Client, db: None) -> None:
    page = words(otto.get("/ops/failures/"))
    assert "No unexpected error in the last 7 days." in page
    assert "The provider accepted every call in the last 7 days." in page


def test_a_group_leads_to_one_failure_with_its_traceback(otto: Client, db: None) -> None:
    failed()
    failed()
    listed = words(otto.get("/ops/failures/"))
    assert "ValueError Task workers.tasks.assembly.assemble" in listed
    assert "no such story 2 2 2 2 2" in listed
    one = words(otto.get(reverse("failure", args=[Failure.objects.get().pk])))
    assert "Traceback (most recent call last)" in one
    assert "2 times in this minute" in one
    assert otto.get("/ops/failures/999/").status_code == 404


def test_what_an_error_says_is_shown_as_text(otto: Client, db: None) -> None:
    failed("<script>alert(1)</script>")
    assert b"<script>alert(1)" not in otto.get("/ops/failures/").content


@pytest.mark.django_db
def test_errors_of_tasks_logs_and_pages_are_recorded() -> None:
    record_failures._task_failed(sender=None, exception=ValueError("task"))
    record_failures._logged("batch.crashed", ValueError("event"))
    client = Client(raise_request_exception=False)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE publications_publication RENAME TO elsewhere")
    assert client.get("/j/morning").status_code == 500
    assert client.get("/nowhere").status_code == 404
    assert sorted(Failure.objects.values_list("source", flat=True)) == ["event", "page", "task"]
    assert Failure.objects.get(source="page").name == "join"
