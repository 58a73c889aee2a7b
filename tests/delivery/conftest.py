"""A dispatch that is open, and a far end that takes letters."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from django.test import override_settings

from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Dispatch
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox
from tests.support import factories as make
from tests.support.factories import MONDAY


@pytest.fixture
def opened() -> Callable[..., Dispatch]:
    """Opens a dispatch to `readers` readers in batches of `size`."""

    def open_it(readers: int = 3, size: int = 1000) -> Dispatch:
        publication = make.publication()
        make.readers(publication, readers)
        with override_settings(DISPATCH_BATCH_SIZE=size):
            dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
        assert dispatch is not None
        return dispatch

    return open_it


@pytest.fixture
def client(postbox: Postbox) -> Iterator[Client]:
    """What a dispatch worker sends through, here to the postbox."""
    with closing(Client(key="k", base=postbox.url, connect_timeout=20, answer_timeout=20)) as made:
        yield made
