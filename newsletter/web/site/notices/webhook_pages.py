"""The webhooks of a publication, or of all of them: add, change, test, rotate, replay, switch off, remove."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from newsletter.accounts.permissions import Permission
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.notices.kinds import KINDS
from newsletter.notices.models import Webhook
from newsletter.notices.webhook_models import WebhookFormat
from newsletter.notices.webhooks import edit_webhook
from newsletter.publications.models import Publication
from newsletter.web.shared.forms import PlainForm, show_errors_on
from newsletter.web.shared.identity_confirmation import identity_confirmed
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404

SHOWN = 50  # deliveries


class _WebhookForm(PlainForm):
    """What new and present webhooks have in common. It offers the kinds that a webhook of the publication can get."""

    name = forms.CharField(max_length=60)
    kinds = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="Notices")

    def __init__(self, *args: Any, publication: Publication | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = edit_webhook.kinds_for(publication)
        kinds: Any = self.fields["kinds"]
        kinds.choices = [(kind.value, KINDS[kind].label) for kind in offered]


class WebhookForm(_WebhookForm):
    """Also format and address of a new webhook."""

    format = forms.ChoiceField(choices=WebhookFormat.choices)
    address = forms.CharField(
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://…", "autocomplete": "off"}),
        help_text="It is stored encrypted; later only its host is shown.",
    )


class WebhookChangeForm(_WebhookForm):
    """Also the address, if it changes."""

    address = forms.CharField(
        label="New address",
        required=False,
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://…", "autocomplete": "off"}),
        help_text="Leave it empty to keep the present one.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CONFIGURE)
@identity_confirmed(posts_only=True)
def of_publication(request: DeskRequest, slug: str) -> HttpResponse:
    """List the webhooks of a publication, and add one."""
    return _list(request, permitted_or_404(request, Publication.objects.all(), slug=slug))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CONFIGURE, for_all=True)
@identity_confirmed(posts_only=True)
def of_all(request: DeskRequest) -> HttpResponse:
    """List the webhooks that get the notices of all publications, and add one."""
    return _list(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CONFIGURE)
@identity_confirmed(posts_only=True)
def show(request: DeskRequest, webhook_id: int) -> HttpResponse:
    """Show a webhook with its log; change it."""
    webhook = _webhook(request, webhook_id)
    form = WebhookChangeForm(
        request.POST if request.method == "POST" else None,
        publication=webhook.publication,
        initial={"name": webhook.name, "kinds": webhook.kinds},
    )
    if form.is_bound and form.is_valid():
        with show_errors_on(form):
            values: dict[str, Any] = form.cleaned_data
            edit_webhook.change_webhook(webhook, by=request.user, now=clock.now(), **values)
            messages.success(request, "The webhook is saved.")
            return redirect("webhook", webhook.pk)
    context = {
        "webhook": webhook,
        "form": form,
        "deliveries": webhook.deliveries.prefetch_related("attempts").select_related("notice")[:SHOWN],
        "given_up": webhook.deliveries.filter(given_up_at__isnull=False).count(),
        "both_sign": webhook.old_secret_until if len(webhook.secrets(now=clock.now())) > 1 else None,
    }
    return render(request, "web/site/webhook.html", context, status=422 if form.is_bound else 200)


@require_POST
@permission_required(Permission.CONFIGURE)
@identity_confirmed("webhook")
def act(request: DeskRequest, webhook_id: int) -> HttpResponse:
    """Test, switch, rotate, replay or remove, as the pressed button says."""
    webhook, now = _webhook(request, webhook_id), clock.now()
    chosen, by = request.POST.get("do", ""), request.user
    try:
        match chosen:
            case "test":
                edit_webhook.send_test(webhook, by=by, now=now)
                messages.success(request, "The test is on its way. Reload this page in a moment to see the answer.")
            case "on" | "off":
                edit_webhook.switch(webhook, is_on=chosen == "on", by=by, now=now)
                messages.success(request, f"The webhook is switched {chosen}.")
            case "rotate":
                secret = edit_webhook.rotate_secret(webhook, by=by, now=now)
                webhook.refresh_from_db()
                return _secret_page(request, webhook, secret)
            case "replay":
                number = request.POST.get("delivery", "")
                one = int(number) if number.isdecimal() and len(number) < 19 else None
                count = edit_webhook.replay(webhook, delivery_id=one, by=by, now=now)
                messages.success(request, f"Delivered again within moments: {count}.")
            case "remove":
                edit_webhook.remove_webhook(webhook, by=by, now=now)
                messages.success(request, f"“{webhook}” is removed.")
                return _to_list(webhook.publication)
            case _:
                messages.error(request, "Press one of the buttons.")
    except NewsletterError as error:
        messages.error(request, str(error))
    return redirect("webhook", webhook.pk)


def _list(request: DeskRequest, publication: Publication | None) -> HttpResponse:
    form = WebhookForm(request.POST if request.method == "POST" else None, publication=publication)
    if form.is_bound and form.is_valid():
        with show_errors_on(form):
            values = form.cleaned_data
            webhook, secret = edit_webhook.add_webhook(
                publication,
                name=values["name"],
                address=values["address"],
                form=WebhookFormat(values["format"]),
                kinds=values["kinds"],
                by=request.user,
                now=clock.now(),
            )
            if secret:
                return _secret_page(request, webhook, secret)
            messages.success(request, "The webhook is added. Send a test to see whether it arrives.")
            return redirect("webhook", webhook.pk)
    context = {
        "publication": publication,
        "rows": Webhook.objects.filter(publication=publication),
        "form": form,
    }
    return render(request, "web/site/webhooks.html", context, status=422 if form.is_bound else 200)


def _secret_page(request: DeskRequest, webhook: Webhook, secret: str) -> HttpResponse:
    """Show a secret, for the only time, on a page that no browser keeps."""
    response = render(request, "web/site/webhook_secret.html", {"webhook": webhook, "secret": secret})
    response["Cache-Control"] = "no-store"
    return response


def _webhook(request: DeskRequest, webhook_id: int) -> Webhook:
    return permitted_or_404(request, Webhook.objects.select_related("publication"), pk=webhook_id)


def _to_list(publication: Publication | None) -> HttpResponse:
    return redirect("publication-webhooks", publication.slug) if publication else redirect("webhooks")
