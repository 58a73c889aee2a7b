"""Who may read /metrics."""

import pytest
from django.test import Client, override_settings

TOKEN = "a1b2c3d4e5f6a7b8c9d0"

pytestmark = pytest.mark.django_db


def test_programs_on_this_machine_may_read_them_and_nobody_through_a_proxy() -> None:
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert b'newsletter_health{level="broken"} 1.0' in answer.content
    for header in ("X-Forwarded-For", "Forwarded", "Via"):
        assert Client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 403
    assert Client(REMOTE_ADDR="203.0.113.9").get("/metrics").status_code == 403


@override_settings(METRICS_TOKEN=TOKEN)
def test_with_a_token_nobody_reads_them_without_it() -> None:
    assert Client().get("/metrics").status_code == 403
    for wrong in (TOKEN, f"Basic {TOKEN}", "Bearer ", f"Bearer {TOKEN}x", "Bearer ä"):
        assert Client().get("/metrics", headers={"Authorization": wrong}).status_code == 403
    far = Client(REMOTE_ADDR="203.0.113.9", headers={"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "1.2.3.4"})
    assert far.get("/metrics").status_code == 200
    assert far.post("/metrics").status_code == 405
