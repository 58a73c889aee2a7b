"""Which notices the signed-in person gets, and how."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.models import User
from newsletter.accounts.permissions import has_permission_somewhere
from newsletter.lib import clock
from newsletter.notices.choices import choices_for, choose
from newsletter.notices.kind_names import NoticeKind
from newsletter.notices.kinds import KINDS, DeliveryChoice
from newsletter.web.shared.forms import PlainForm, show_errors_on
from newsletter.web.shared.permission_required import DeskRequest, permission_required


class NoticeChoicesForm(PlainForm):
    """One choice for each kind of notice that the user may get."""

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, rule in KINDS.items():
            if rule.may_choose and (user is None or concerns(user, kind)):
                self.fields[kind.value] = forms.ChoiceField(
                    label=rule.label, help_text=rule.explanation, choices=DeliveryChoice.choices
                )

    def chosen(self) -> dict[NoticeKind, DeliveryChoice]:
        """Return the choices by kind."""
        return {NoticeKind(name): DeliveryChoice(value) for name, value in self.cleaned_data.items()}


def concerns(user: User, kind: NoticeKind) -> bool:
    """Return True if the user's roles are such that they can get notices of a kind."""
    rule = KINDS[kind]
    return not rule.permissions or any(has_permission_somewhere(user, one) for one in rule.permissions)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required()
def show(request: DeskRequest) -> HttpResponse:
    """Show and save the choices."""
    user = request.user
    form = NoticeChoicesForm(
        request.POST if request.method == "POST" else None,
        user=user,
        initial={kind.value: choice.value for kind, choice in choices_for(user).items()},
    )
    if form.is_bound and form.is_valid():
        with show_errors_on(form):
            choose(user, form.chosen(), by=user, now=clock.now())
            messages.success(request, "Your choices are saved. They count for notices from now on.")
            return redirect("notice-choices")
    fixed = [rule for kind, rule in KINDS.items() if not rule.may_choose]
    context = {"form": form, "fixed": fixed}
    return render(request, "web/site/notice_choices.html", context, status=422 if form.is_bound else 200)
