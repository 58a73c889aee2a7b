"""The page about reaching inboxes: DNS records of sending domains, mailbox providers, warm-ups."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.mail.domain_records.record_check import CheckState
from newsletter.ops.deliverability import sending_domains
from newsletter.ops.deliverability.warm_up_days import warm_up_days
from newsletter.ops.health import judge_mailboxes
from newsletter.ops.mailbox_counts import mailbox_rates
from newsletter.web.shared.permission_required import DeskRequest, permission_required

TONES = {
    CheckState.GOOD: ("good", "good"),
    CheckState.OPTIONAL: ("calm", "optional"),
    CheckState.ADVICE: ("warn", "could be better"),
    CheckState.BAD: ("bad", "missing or wrong"),
    CheckState.UNKNOWN: ("warn", "not known"),
}


@require_safe
@permission_required(Permission.OPERATE, for_all=True)
def page(request: DeskRequest) -> HttpResponse:
    """Show sending domains, mailbox providers and warm-ups."""
    now = clock.now()
    context = {
        "reports": sending_domains.domain_reports(),
        "is_daily": sending_domains.is_daily(),
        "rates": mailbox_rates(now=now),
        "lines": judge_mailboxes,
        "warm_ups": warm_up_days(now=now),
        "tones": TONES,
    }
    return render(request, "web/ops/deliverability.html", context)


@require_POST
@permission_required(Permission.OPERATE, for_all=True)
def look_up(request: DeskRequest) -> HttpResponse:
    """Order the look-up of a domain."""
    domain = request.POST.get("domain", "")
    try:
        sending_domains.order_look_up(domain, by=request.user, now=clock.now())
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Ordered. A worker looks up {domain} within seconds.")
    return redirect("deliverability")
