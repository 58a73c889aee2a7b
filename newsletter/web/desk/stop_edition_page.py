"""The page that stops an edition. It says what stopping does at this moment, and asks again when that has changed."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.permissions import Permission
from newsletter.delivery.dispatches import stop_edition
from newsletter.delivery.dispatches.stop_edition import StopEffect
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.web.shared.forms import PlainForm, show_errors_on
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404

DONE = {
    StopEffect.HOLD: "Held. The edition is not sent until someone releases it.",
    StopEffect.PAUSE: "Paused. No more emails are submitted until someone resumes sending.",
    StopEffect.RECALL: "Stopped for good. Emails at the provider are being recalled.",
}


class StopEditionForm(PlainForm):
    """The form for the reason of a stop."""

    reason = forms.CharField(label="Reason", max_length=400, help_text="Shown on the pages and stored.")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.SEND)
def stop(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Show what stopping does now; stop the edition."""
    edition = permitted_or_404(request, Edition.objects.select_related("publication"), pk=edition_id)
    form = StopEditionForm(request.POST if request.method == "POST" else None)
    now = clock.now()
    if form.is_bound and form.is_valid():
        with show_errors_on(form):
            reason, announced = form.cleaned_data["reason"], _announced(request)
            done = stop_edition.stop(edition, reason=reason, by=request.user, now=now, announced=announced)
            messages.success(request, DONE[done])
            return redirect("edition", edition_id)
        edition = permitted_or_404(request, Edition.objects.select_related("publication"), pk=edition_id)
    context = {
        "edition": edition,
        "publication": edition.publication,
        "form": form,
        "effect": stop_edition.effect_of_stopping(edition, now=now),
        "until": stop_edition.stoppable_until(edition, now=now),
        "Effect": StopEffect,
    }
    return render(request, "web/desk/stop_edition.html", context, status=422 if form.is_bound else 200)


def _announced(request: DeskRequest) -> StopEffect | None:
    try:
        return StopEffect(request.POST.get("announced", ""))
    except ValueError:
        return None
