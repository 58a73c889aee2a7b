"""The query by which KEDA counts the batches that are due (deploy/kubernetes)."""

from datetime import timedelta

import pytest
import yaml
from django.db import connection

from newsletter.delivery.dispatches import control_dispatch, open_dispatch
from newsletter.delivery.models import Batch
from newsletter.delivery.states import BatchState
from newsletter.lib import clock
from tests.support import factories as make
from tests.support.surroundings import ROOT

FILE = ROOT / "deploy" / "kubernetes" / "dispatch-scaling.yaml"


def counted() -> int:
    query = yaml.safe_load(FILE.read_text(encoding="utf-8"))["spec"]["triggers"][0]["metadata"]["query"]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_the_query_of_keda_counts_the_batches_that_are_due() -> None:
    assert counted() == 0
    publication = make.publication()
    make.readers(publication, 3)
    before = clock.now() - timedelta(minutes=1)
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication, due_at=before).pk, now=before)
    assert dispatch
    assert counted() == 1
    Batch.objects.update(state=BatchState.CALLING)
    assert counted() == 1
    control_dispatch.pause(dispatch, reason="", by="Otto")
    assert counted() == 0, "a paused dispatch needs no worker"
    control_dispatch.resume(dispatch, by="Otto")
    assert counted() == 1
    Batch.objects.update(state=BatchState.ACCEPTED)
    assert counted() == 0
    Batch.objects.update(state=BatchState.PENDING, due_at=clock.now() + timedelta(hours=1))
    assert counted() == 0, "its hour has not come"
