"""The table of the rules of health. docs/health.md shows it; a test keeps the two equal."""

from dataclasses import dataclass

from newsletter.ops.health.verdict import Level, Problem


@dataclass(frozen=True, slots=True)
class HealthRule:
    """One rule: when it fires, what looks alike and is fine, and the runbook page."""

    code: str
    page: str
    fires: str
    fine: str
    level: Level = Level.BROKEN
    is_urgent: bool = True  # somebody is woken; otherwise it can wait for the morning

    @property
    def severity(self) -> str:
        """Return the severity of its alert: `page` somebody, write a `ticket`, or none."""
        if self.level is not Level.BROKEN:
            return "none"
        return "page" if self.is_urgent else "ticket"

    def problem(self, sentence: str) -> Problem:
        """Return a problem that this rule found."""
        return Problem(sentence, self.page, self.code)


ENVIRONMENT = HealthRule(
    "environment",
    "which-environment",
    "The database was copied, restored or moved and nobody has confirmed it.",
    "The database is where it was stamped.",
)
NO_WORKER = HealthRule(
    "no-worker",
    "no-workers",
    "No worker has recorded a heartbeat for 20 seconds, or none ever has.",
    "Any worker is alive.",
)
QUEUE_WITHOUT_WORKER = HealthRule(
    "queue-without-worker",
    "no-workers",
    "No living worker takes tasks from a worker queue.",
    "A long queue with a worker.",
)
NO_BROKER = HealthRule(
    "no-broker",
    "no-broker",
    "The queues have not been read for 30 seconds, and a living worker gets no answer from Redis.",
    "Redis was restarted and answers again within 30 seconds.",
)
NO_BEAT = HealthRule(
    "no-beat",
    "no-beat",
    "The queues have not been read for 30 seconds, although workers are alive and Redis answers.",
    "Beat was restarted and the queues are read again within 30 seconds.",
)
STALLED_QUEUE = HealthRule(
    "stalled-queue",
    "stalled-queue",
    "The oldest task of a worker queue is older than 5 minutes, and no task was taken from it in the last minute.",
    "The oldest task is old, but tasks are being taken: the queue drains.",
)
LATE_ASSEMBLY = HealthRule(
    "late-assembly",
    "late-edition",
    "An edition is still planned 10 minutes after its email should have been built.",
    "Its email should have been built a moment ago.",
    is_urgent=False,
)
LATE_EDITION = HealthRule(
    "late-edition",
    "late-edition",
    "An edition that is planned, assembled or approved was due 2 minutes ago.",
    "It was due within the last 2 minutes, or its sending is paused by a person or was until then.",
)
HELD_EDITION = HealthRule(
    "held-edition",
    "held-edition",
    "An edition is held and due within 24 hours.",
    "It is held and due later.",
    is_urgent=False,
)
NO_PROGRESS = HealthRule(
    "no-progress",
    "stuck-dispatch",
    "An open dispatch has had no progress for 10 minutes.",
    "All its remaining batches wait for their hour or their pace, or a pause of sending has just ended.",
)
UNCERTAIN = HealthRule(
    "uncertain",
    "uncertain-batches",
    "Delivery of a batch has been uncertain for 5 minutes.",
    "It has been uncertain for a shorter time: an event usually settles it.",
)
REFUSED = HealthRule(
    "refused",
    "refused-batches",
    "The provider refused readers.",
    "Readers of a stopped dispatch were refused.",
    is_urgent=False,
)
SET_UP_REFUSED = HealthRule(
    "set-up-refused",
    "set-up-refused",
    "A dispatch is paused because the provider does not accept the key or the sender (401, 403 or 451).",
    "The dispatch has been resumed since.",
)
PAUSED_DISPATCH = HealthRule(
    "paused-dispatch",
    "paused-dispatch",
    "One dispatch is paused.",
    "All sending, or its publication, is paused by a person until a time.",
)
DOUBTFUL_CANCEL = HealthRule(
    "doubtful-cancel",
    "doubtful-cancels",
    "The provider has not confirmed a cancel, or sent what it had confirmed as cancelled.",
    "A cancel was confirmed in time.",
)
FORGOTTEN_PAUSE = HealthRule(
    "forgotten-pause",
    "paused-sending",
    "Sending has been paused for an hour without an end, or for 24 hours.",
    "A pause with an end, or one that began less than an hour ago.",
    is_urgent=False,
)
UNPLANNED = HealthRule(
    "unplanned-publication",
    "unplanned-publication",
    "An active publication has no upcoming edition.",
    "It was created within the last 5 minutes.",
    is_urgent=False,
)
LATE_EVENTS = HealthRule(
    "late-events",
    "late-events",
    "A webhook post has waited 10 minutes, arrived more than a day after it was signed, or could not be processed.",
    "Many webhook posts wait, none of them for 10 minutes.",
    is_urgent=False,
)
REJECTED_EVENTS = HealthRule(
    "rejected-events",
    "no-events",
    "Webhook posts are rejected because of the key or the time.",
    "A valid post has arrived since.",
)
SILENT_EVENTS = HealthRule(
    "silent-events",
    "no-events",
    "The last three editions brought no event, or emails to 100 readers were accepted 30 minutes ago and no webhook "
    "post has arrived since.",
    "Emails were accepted within the last 30 minutes, or they were few.",
)
STUCK_EMAILS = HealthRule(
    "stuck-emails",
    "stuck-emails",
    "Confirmation emails, links to readers’ own data, emails to staff or test emails have waited for 15 minutes or "
    "have failed for as long, and none of the kind was sent in the last 5 minutes.",
    "Hundreds of invitations wait and are being sent.",
    is_urgent=False,
)
STUCK_WORK = HealthRule(
    "stuck-work",
    "stuck-work",
    "Pictures, pages, feeds or imports of readers have been due for 15 minutes, and no worker holds one of the kind.",
    "Many pictures wait and are being fetched, or a site that does not answer is tried again later.",
    is_urgent=False,
)
GIVEN_UP = HealthRule(
    "given-up-emails",
    "given-up",
    "Confirmation emails, links to readers’ own data or emails to staff were given up.",
    "They were tried again or discarded since, or are not wanted any more. Pictures, feeds and imports were given up: "
    "their own pages say so.",
    is_urgent=False,
)
WRONG_CLOCK = HealthRule(
    "wrong-clock",
    "wrong-clock",
    "The clocks of a worker's machine and of the database differ by 30 seconds or more.",
    "They differ by a few seconds.",
    is_urgent=False,
)
FULL_DISK = HealthRule(
    "full-disk",
    "full-disk",
    "A worker's disk has less than 500 MB free.",
    "The disk is 95 % full and has more than 500 MB free.",
)
COMPLAINTS = HealthRule(
    "complaints",
    "mailbox-rates",
    "At a mailbox provider, 0.3 % of the readers who got emails in the last 7 days complained, and at least 3 did.",
    "Fewer than 200 readers, or fewer than 3 complaints.",
    is_urgent=False,
)
BOUNCES = HealthRule(
    "bounces",
    "mailbox-rates",
    "At a mailbox provider, 5 % of the emails of the last 7 days bounced.",
    "Fewer than 200 readers.",
    is_urgent=False,
)
BLOCKS = HealthRule(
    "blocks",
    "mailbox-rates",
    "A mailbox provider blocked 5 % of the emails of the last 7 days.",
    "Emails are deferred and delivered later.",
    is_urgent=False,
)
SENDER_DOMAIN = HealthRule(
    "sender-domain",
    "sender-domain",
    "A DKIM, DMARC, SPF or MX record of a sending domain is missing or wrong.",
    "A record could be better, or the DNS resolver gives no answer. The installation sends nothing to SendGrid.",
    is_urgent=False,
)
SENDING = HealthRule("sending", "", "A dispatch is open.", "Nothing is being sent.", Level.BUSY)
SETTLING = HealthRule(
    "settling",
    "uncertain-batches",
    "Delivery has been uncertain for less than 5 minutes.",
    "It is settled.",
    Level.BUSY,
)
PAUSED_SENDING = HealthRule(
    "paused-sending",
    "paused-sending",
    "A person has paused sending, for less than an hour or until a time.",
    "Sending is resumed.",
    Level.BUSY,
)
STOPPED = HealthRule(
    "stopped",
    "",
    "A dispatch was stopped within 24 hours with readers unsent.",
    "All readers were sent it.",
    Level.BUSY,
)

RULES = (
    ENVIRONMENT,
    NO_WORKER,
    QUEUE_WITHOUT_WORKER,
    NO_BROKER,
    NO_BEAT,
    STALLED_QUEUE,
    LATE_ASSEMBLY,
    LATE_EDITION,
    HELD_EDITION,
    NO_PROGRESS,
    UNCERTAIN,
    REFUSED,
    SET_UP_REFUSED,
    PAUSED_DISPATCH,
    DOUBTFUL_CANCEL,
    FORGOTTEN_PAUSE,
    UNPLANNED,
    LATE_EVENTS,
    REJECTED_EVENTS,
    SILENT_EVENTS,
    STUCK_EMAILS,
    STUCK_WORK,
    GIVEN_UP,
    WRONG_CLOCK,
    FULL_DISK,
    COMPLAINTS,
    BOUNCES,
    BLOCKS,
    SENDER_DOMAIN,
    SENDING,
    SETTLING,
    PAUSED_SENDING,
    STOPPED,
)
BY_CODE = {rule.code: rule for rule in RULES}


def rules_table() -> str:
    """Return the rules as a Markdown table."""
    lines = ["| Rule | Level | Alert | Fires when | Fine | Runbook |", "|---|---|---|---|---|---|"]
    for rule in RULES:
        page = f"[{rule.page}](runbook.md#{rule.page})" if rule.page else "none"
        lines.append(f"| `{rule.code}` | {rule.level} | {rule.severity} | {rule.fires} | {rule.fine} | {page} |")
    return "\n".join(lines) + "\n"
