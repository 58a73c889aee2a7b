"""Pages of the users for administrators: list, invite, change the role, close, reopen, remove a second factor."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts import browser_sessions, manage_users, password_reset, second_factors
from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import Permission
from newsletter.api_tokens import manage_tokens
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.publications import invitations
from newsletter.publications.invitation_models import Invitation
from newsletter.publications.models import Publication
from newsletter.web.shared.audit_history import history_of
from newsletter.web.shared.display_formats import pluralize
from newsletter.web.shared.forms import PlainForm, show_errors_on
from newsletter.web.shared.identity_confirmation import identity_confirmed
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.site.publication_roles_page import roles_context

NO_ROLE = "none"
ROLES = [
    (Role.CONTRIBUTOR, "Contributor: pitches stories"),
    (Role.CURATOR, "Curator: queues and edits stories"),
    (Role.EDITOR, "Editor: also approves and sends editions, sees readers"),
    (Role.AUDIENCE, "Audience: readers, imports and exports"),
    (Role.OPS, "Ops: sending and workers"),
    (Role.ADMIN, "Administrator: everything, users too"),
]


class InviteForm(PlainForm):
    """The form for an invitation."""

    email = forms.CharField(
        label="Email",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    name = forms.CharField(max_length=100, required=False)
    role = forms.ChoiceField(choices=ROLES, initial=Role.CURATOR)
    publications = forms.ModelMultipleChoiceField(
        queryset=Publication.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Without a choice, the role counts for all publications.",
    )
    domain_names = {"email address": "email"}  # noqa: RUF012 — as in PlainForm


class RoleForm(PlainForm):
    """The form for the role of a user for all publications."""

    role = forms.ChoiceField(
        label="Role for all publications", choices=[*ROLES, (NO_ROLE, "None: only roles for single publications")]
    )


@require_safe
@permission_required(Permission.CONFIGURE, for_all=True)
def listing(request: DeskRequest) -> HttpResponse:
    """List users and open invitations."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=second_factors.FACTORS)
    users = User.objects.annotate(has_factor=Exists(factors)).prefetch_related("publication_roles__publication")
    open_ones = Invitation.objects.open().select_related("invited_by", "staff_email").prefetch_related("publications")
    now = clock.now()
    rows = [
        {
            "invitation": one,
            "until": one.invited_at + invitations.VALID,
            "is_over": now - one.invited_at > invitations.VALID,
            "email_state": invitations.email_state(one),
        }
        for one in open_ones.order_by("-invited_at")
    ]
    context = {"users": users.order_by("-is_active", "email"), "invitations": rows}
    return render(request, "web/site/users.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CONFIGURE, for_all=True)
@identity_confirmed()
def invite(request: DeskRequest) -> HttpResponse:
    """Invite somebody by email."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with show_errors_on(form):
            values = form.cleaned_data
            invited = invitations.invite(
                values["email"],
                name=values["name"],
                role=Role(values["role"]),
                publications=list(values["publications"]),
                by=request.user,
                now=clock.now(),
            )
            messages.success(request, f"{invited.email} is invited. The email is on its way.")
            return redirect("users")
    return render(request, "web/site/user_invite.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@permission_required(Permission.CONFIGURE, for_all=True)
@identity_confirmed("users")
def change_invitation(request: DeskRequest, invitation_id: int, decision: str) -> HttpResponse:
    """Send an invitation again, or withdraw it."""
    invitation = get_object_or_404(Invitation, pk=invitation_id)
    try:
        if decision == "again":
            sent = invitations.send_again(invitation, by=request.user, now=clock.now())
            if sent.invited_at == invitation.invited_at:
                messages.info(request, f"{sent.email} was invited less than a minute ago. Wait a moment.")
            else:
                messages.success(request, f"{sent.email} gets a new link. Links of before are void.")
        elif decision == "withdraw":
            invitations.withdraw(invitation, by=request.user, now=clock.now())
            messages.success(request, f"The invitation of {invitation.email} is withdrawn. Its link is void.")
        else:
            raise Http404
    except NewsletterError as error:
        messages.error(request, str(error))
    return redirect("users")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CONFIGURE, for_all=True)
@identity_confirmed()
def show(request: DeskRequest, user_id: int) -> HttpResponse:
    """Show one user, and change their role for all publications."""
    person = get_object_or_404(User, pk=user_id)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": person.role or NO_ROLE})
    if form.is_bound and form.is_valid():
        with show_errors_on(form):
            chosen = form.cleaned_data["role"]
            role = None if chosen == NO_ROLE else Role(chosen)
            manage_users.change_role(person, role=role, by=request.user, now=clock.now())
            messages.success(request, f"{person}: {role.label.lower() if role else 'no role'} for all publications.")
            return redirect("user", person.pk)
    context: dict[str, Any] = {
        **roles_context(person),
        "form": form,
        "factors": _factors(person),
        "tokens": manage_tokens.tokens_of(person, now=clock.now()),
        "records": history_of(person),
        "is_self": person.pk == request.user.pk,
        "is_last_administrator": manage_users.is_last_administrator(person),
    }
    return render(request, "web/site/user.html", context, status=422 if form.is_bound else 200)


@require_POST
@permission_required(Permission.CONFIGURE, for_all=True)
@identity_confirmed("user")
def change(request: DeskRequest, user_id: int, decision: str) -> HttpResponse:
    """Close or reopen an account, end its sessions, send a link to a new password, or remove the second factors."""
    person, now = get_object_or_404(User, pk=user_id), clock.now()
    try:
        if decision == "close":
            manage_users.close_account(person, by=request.user, now=now)
            messages.success(request, f"The account of {person} is closed. All their sessions have ended.")
        elif decision == "reopen":
            manage_users.reopen_account(person, by=request.user, now=now)
            messages.success(request, f"The account of {person} is open again.")
        elif decision == "end-sessions":
            browser_sessions.end_all(person, by=request.user, now=now)
            messages.success(request, f"{person} was signed out everywhere.")
        elif decision == "revoke-tokens":
            count = manage_tokens.revoke_all(person, by=request.user, now=now)
            messages.success(request, f"{pluralize(count, 'API token')} of {person} revoked.")
        elif decision == "reset-link":
            password_reset.send_reset_link(person, by=request.user, now=now)
            messages.success(request, f"{person} gets an email with a link to a new password.")
        elif decision == "remove-second-factor":
            second_factors.remove_second_factors(person, by=request.user, now=now)
            messages.success(request, f"{person} has no second factor any more, and was signed out everywhere.")
        else:
            raise Http404
    except NewsletterError as error:
        messages.error(request, str(error))
    return redirect("user", person.pk)


def _factors(person: User) -> list[str]:
    types = Authenticator.objects.filter(user=person).order_by("pk").values_list("type", flat=True)
    return [second_factors.NAMES[Authenticator.Type(one)] for one in types]
