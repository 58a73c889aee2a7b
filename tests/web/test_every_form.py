"""Every form of the site prints what it saves, and saved as it was opened it changes nothing."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from newsletter.accounts.models import Role, User
from newsletter.audience.import_models import SubscriberImport
from newsletter.audience.imports import import_orders
from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Dispatch
from newsletter.editions import edition_picks
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.snippet_models import Snippet
from newsletter.giving.models import Appeal
from newsletter.letters import custom_templates
from newsletter.lib import clock
from newsletter.notices.models import Webhook
from newsletter.publications import edit_publication, invitations
from newsletter.publications.invitation_models import Invitation
from newsletter.publications.models import Publication, Template
from newsletter.segments import edit_segment
from newsletter.stories.feed_models import Feed
from newsletter.stories.feeds import edit_feed
from newsletter.stories.models import Story, StoryState
from newsletter.web.desk.stories import StoryForm
from newsletter.web.shared.forms import PlainForm
from tests.browser.opened import PASTED
from tests.support import factories as make
from tests.web.browsing import PageForm, forms_in, forms_of
from tests.web.conftest import signed_in
from tests.web.test_story_form import full_story
from tests.web.test_wild_values import PATTERNS, fine, reader_address, usual_address

# Where each form stands; a form that is not here fails the test below.
WHERE = {
    "StoryForm": "/stories/{story}/",
    "PitchForm": "/pitches/{pitch}/",
    "AddressForm": "/password/forgotten/",
    "InvitationForm": "/invitations/{invitation}",
    "ConfirmPasswordForm": "/account/confirm/",
    "ProfileForm": "/account/",
    "TokenForm": "/account/tokens/new/",
    "InviteForm": "/users/invite/",
    "RoleForm": "/users/{another}/",
    "PublicationRoleForm": "/users/{user}/roles/",
    "PasteForm": "/desk/morning/paste/",
    "AppealForm": "/desk/morning/paste/",
    "LogosForm": "/desk/morning/logos/",
    "GiftsForm": "/desk/morning/gifts/",
    "TemplateForm": "/desk/morning/template/",
    "ExtraEditionForm": "/desk/morning/",
    "EditionStoryForm": "/editions/{edition}/stories/{story}/",
    "CommentForm": "/stories/{story}/comments/",
    "CorrectionForm": "/stories/{sent}/correct/",
    "EditionTextsForm": "/editions/{edition}/texts/",
    "EditionReadersForm": "/editions/{edition}/readers/",
    "StopEditionForm": "/editions/{edition}/stop/",
    "NewPublicationForm": "/new-publication/",
    "SnippetForm": "/snippets/{snippet}/",
    "AppealEditForm": "/appeals/{appeal}/",
    "FeedForm": "/feeds/{feed}/",
    "EmailTestForm": "/editions/{edition}/test/",
    "RescheduleForm": "/editions/{edition}/",
    "PauseForm": "/ops/pause/",
    "StopForm": "/ops/dispatches/{dispatch}/stop/",
    "SuppressionForm": "/readers/suppressions/",
    "ReaderFileForm": "/readers/imports/",
    "NoticeChoicesForm": "/account/notices/",
    "WebhookForm": "/publications/morning/webhooks/",
    "WebhookChangeForm": "/webhooks/{webhook}/",
    "ImportTermsForm": "/readers/imports/{order}/",
}

# the forms that show what is stored
SHOWN_STORED = (
    "StoryForm",
    "PitchForm",
    "LogosForm",
    "TemplateForm",
    "RescheduleForm",
    "EditionStoryForm",
    "EditionTextsForm",
    "EditionReadersForm",
    "AppealEditForm",
    "SnippetForm",
    "FeedForm",
    "NoticeChoicesForm",
    "WebhookChangeForm",
)


def kinds(base: type[PlainForm]) -> Iterator[type[PlainForm]]:
    for kind in base.__subclasses__():
        if kind.__module__.startswith("newsletter."):
            yield from kinds(kind)
            if not kind.__subclasses__() or kind is StoryForm:  # its subclass is the form of pitches
                yield kind


@pytest.fixture
def ada(publication: Publication) -> Client:
    """An administrator; a story, a planned edition, a dispatch of another one, logos, a template."""
    full_story(publication)
    make.story(publication)
    texts = {"subject": "The ferry stays", "intro": "Good morning.\n\nIt rains."}
    due_at = clock.now() + timedelta(days=1, microseconds=7)
    edition = make.edition(publication, due_at=due_at, local_send_time="07:00", **texts)
    edition_picks.place(edition, Story.objects.earliest("pk"), by=make.cora(), now=clock.now())
    make.readers(publication, 2)
    full_appeal(publication)
    by_domain = {"groups": [{"conditions": [{"kind": "domain", "test": "is", "value": "far.example"}]}]}
    far = edit_segment.add_segment(publication, name="Far", definition=by_domain, now=clock.now())
    Edition.objects.filter(publication=publication).update(leave_out=far)
    full_snippet(publication)
    edit_feed.add_feed(
        publication, url="https://post.example.org/feed", section="Region", kicker="Sea", auto_queue=True
    )
    Webhook.objects.create(publication=publication, name="Chat", format="slack", kinds=["sent"], created_at=make.MONDAY)
    other = make.publication(slug="other")
    make.readers(other, 1)
    open_dispatch.open_dispatch(make.approved_edition(other).pk, now=make.MONDAY)
    sent = make.approved_edition(make.publication(slug="sent"))
    Edition.objects.filter(pk=sent.pk).update(state=EditionState.DISPATCHED)
    edit_publication.update_publication(publication, logo_width=200)
    publication.logo = publication.logo_dark = make.picture()
    publication.save()
    body = custom_templates.default_template(publication)
    publication.template = Template.objects.create(publication=publication, number=1, body=body, saved_at=make.MONDAY)
    publication.save()
    ada = make.person(Role.ADMIN, "Ada")
    make.story(publication, state=StoryState.PITCHED, pitch="It matters.", created_by=ada, picture=make.picture())
    import_orders.upload(publication, io.BytesIO(b"email\nr@example.org\n"), name="r.csv", by=ada, now=make.MONDAY)
    invitations.invite("nora@example.org", name="Nora", role=Role.EDITOR, by=ada, now=clock.now())
    return signed_in(ada)


def full_appeal(publication: Publication) -> Appeal:
    """One with a value in every field."""
    return make.appeal(
        publication,
        amounts=[10, 25, 50],
        amount_url="https://post.example.org/give?amount={amount}",
        goal=1000,
        raised=400,
        raised_on=make.MONDAY.date(),
        match="A friend doubles each gift.",
        match_ends_at=make.MONDAY.replace(second=7, microsecond=5),
        starts_on=make.MONDAY.date(),
        ends_on=make.MONDAY.date() + timedelta(days=30),
        thanks_heading="Thank you",
        thanks_lead="You made this possible.",
    )


def full_snippet(publication: Publication) -> Snippet:
    """One with a value in every field."""
    return Snippet.objects.create(
        publication=publication,
        name="events",
        title="This week",
        body="<p>Fish market.</p>",
        url="https://post.example.org/events",
        picture=make.picture(),
        picture_alt="A fish",
        place="after",
        story_number=2,
        starts_on=make.MONDAY.date(),
        ends_on=make.MONDAY.date() + timedelta(days=30),
    )


def pasted(client: Client, address: str) -> list[PageForm]:
    """The page of the second step, which is the answer to the first."""
    return forms_in(client.post(address, {"text": PASTED, "url": "https://post.example.org/a"}), address)


def test_every_form_prints_each_field_that_it_saves(ada: Client) -> None:
    found = {kind.__name__: kind for kind in kinds(PlainForm)}
    assert set(found) == set(WHERE)
    for name, kind in found.items():
        address = WHERE[name].format(**first())
        forms = pasted(ada, address) if "paste" in address else forms_of(ada, address)
        printed = {control for form in forms for control in form.names}
        prefix = f"{kind.prefix}-" if kind.prefix else ""
        missing = {prefix + field for field in kind.base_fields} - printed
        assert not missing, (name, missing)


def first() -> dict[str, Any]:
    models: dict[str, Any] = {"story": Story, "edition": Edition, "dispatch": Dispatch, "appeal": Appeal}
    models |= {"feed": Feed, "webhook": Webhook}
    models |= {"order": SubscriberImport, "user": User, "snippet": Snippet}
    pitch = Story.objects.exclude(pitch="").get()
    ids = {name: model.objects.earliest("pk").pk for name, model in models.items()}
    return ids | {
        "sent": Story.objects.filter(placements__edition__state=EditionState.DISPATCHED).earliest("pk").pk,
        "pitch": pitch.pk,
        "another": User.objects.get(name="Eddie").pk,
        "invitation": invitations.create_token(Invitation.objects.get()),
    }


def rows() -> dict[str, list[dict[str, Any]]]:
    """All that is stored, but for who is signed in."""
    models = [model for model in apps.get_models() if model.__name__ != "Session"]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def test_every_form_saved_as_it_was_opened_changes_nothing(ada: Client) -> None:
    reader = reader_address()
    saved = []
    for address in [*(usual_address(pattern) for pattern in PATTERNS if pattern.name != "template-preview"), reader]:
        page = ada.get(address)
        if not fine(page, address):
            continue
        for form in forms_in(page, address):
            if form.method != "post" or not form.is_filled_in or form.data.get("months"):
                continue
            adds = address.endswith(("/new/", "/webhooks/"))
            adds = adds or address.startswith(
                ("/readers/imports/", "/readers/suppressions/", "/users/", "/webhooks/1/act")
            )
            if "key" in form.names or adds or address in ("/new-publication/", "/account/confirm/"):
                continue  # nothing of it is stored: it adds something, or it is one button
            before = rows()
            answer: Any = form.send(ada)
            assert answer.status_code in (200, 302), address
            assert rows() == before, address
            saved.append(address)
    expected = [WHERE[name].format(**first()) for name in SHOWN_STORED]
    assert {*expected, reader, "/publications/morning/"} <= set(saved)
