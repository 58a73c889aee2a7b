"""The recorded acts, and the interfaces through which they are made."""

from django.db import models


class Act(models.TextChoices):
    """What was done. The values are stable, because programs filter by them."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGN_IN_REFUSED = "sign-in-refused"  # too many failures; recorded once while the limit applies
    SIGNED_OUT = "signed-out"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 — the name of an act
    PASSWORD_CHANGE_FAILED = "password-change-failed"  # noqa: S105 — the old password was wrong
    PASSWORD_RESET_ASKED = "password-reset-asked"  # noqa: S105 — the name of an act
    PASSWORD_RESET = "password-reset"  # noqa: S105 — by a link to the mailbox
    REAUTHENTICATED = "reauthenticated"  # password or second factor, before an act that needs it
    REAUTHENTICATION_FAILED = "reauthentication-failed"
    SECOND_FACTOR_ADDED = "second-factor-added"
    SECOND_FACTOR_REMOVED = "second-factor-removed"
    SECOND_FACTOR_FAILED = "second-factor-failed"
    RECOVERY_CODES_MADE = "recovery-codes-made"
    RECOVERY_CODE_USED = "recovery-code-used"
    SESSIONS_ENDED = "sessions-ended"
    TOKEN_MADE = "token-made"  # noqa: S105 — the name of an act; of the API
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 — the name of an act
    PROFILE_CHANGED = "profile-changed"  # one's own name or time zone
    USER_INVITED = "user-invited"
    INVITATION_SENT_AGAIN = "invitation-sent-again"
    INVITATION_WITHDRAWN = "invitation-withdrawn"
    INVITATION_ACCEPTED = "invitation-accepted"
    USER_ADDED = "user-added"
    USER_CLOSED = "user-closed"
    USER_REOPENED = "user-reopened"
    ROLE_CHANGED = "role-changed"  # for all publications
    ROLE_GRANTED = "role-granted"  # for one publication
    ROLE_REVOKED = "role-revoked"
    STORY_ADDED = "story-added"
    STORY_CHANGED = "story-changed"
    STORY_MOVED = "story-moved"
    STORY_REMOVED = "story-removed"
    STORY_RESTORED = "story-restored"
    STORY_CORRECTED = "story-corrected"  # after it was sent
    CORRECTION_WITHDRAWN = "correction-withdrawn"
    CORRECTION_LINE_QUEUED = "correction-line-queued"  # for the next email
    CORRECTION_LINE_REMOVED = "correction-line-removed"
    STORY_PITCHED = "story-pitched"  # by a contributor
    PITCH_ACCEPTED = "pitch-accepted"
    PITCH_DECLINED = "pitch-declined"
    EDITION_ADDED = "edition-added"  # outside the schedule
    EDITION_SUBMITTED = "edition-submitted"  # for review by a second person
    EDITION_APPROVED = "edition-approved"
    EDITION_HELD = "edition-held"
    EDITION_RELEASED = "edition-released"
    EDITION_CANCELLED = "edition-cancelled"
    EDITION_RESCHEDULED = "edition-rescheduled"
    EDITION_SENT_NOW = "edition-sent-now"
    EDITION_REOPENED = "edition-reopened"
    EDITION_EDITED = "edition-edited"  # its subject, preview text or note
    EDITION_ARRANGED = "edition-arranged"  # its stories before it is assembled: picked, ordered, taken out
    STORY_OVERRIDDEN = "story-overridden"  # its texts or picture in one edition's email
    STORY_CLAIMED = "story-claimed"
    STORY_RELEASED = "story-released"
    COMMENT_WRITTEN = "comment-written"
    COMMENT_EDITED = "comment-edited"
    COMMENT_DELETED = "comment-deleted"
    THREAD_RESOLVED = "thread-resolved"
    THREAD_REOPENED = "thread-reopened"
    REQUEST_CLAIMED = "request-claimed"  # to a team, by one of its people
    REQUEST_RELEASED = "request-released"
    TEST_ORDERED = "test-ordered"  # an email to named people, before readers get it
    DISPATCH_PAUSED = "dispatch-paused"
    DISPATCH_RESUMED = "dispatch-resumed"
    DISPATCH_STOPPED = "dispatch-stopped"
    SENDING_PAUSED = "sending-paused"  # everything, or one publication
    SENDING_RESUMED = "sending-resumed"  # by a person, or because its time was over
    READERS_LEFT_OUT = "readers-left-out"
    BATCH_SETTLED = "batch-settled"
    BATCH_RETRIED = "batch-retried"
    WORK_RETRIED = "work-retried"  # work that was given up, such as a picture or an email to staff
    WORK_DISCARDED = "work-discarded"
    DOMAIN_LOOK_UP_ORDERED = "domain-look-up-ordered"  # the DNS records of a sending domain
    TEMPLATE_SAVED = "template-saved"
    TEMPLATE_TAKEN_UP = "template-taken-up"
    TEMPLATE_REMOVED = "template-removed"
    PHRASES_CHANGED = "phrases-changed"
    PUBLICATION_ADDED = "publication-added"
    PUBLICATION_CHANGED = "publication-changed"
    FEED_ADDED = "feed-added"
    FEED_CHANGED = "feed-changed"
    FEED_REMOVED = "feed-removed"
    APPEAL_ADDED = "appeal-added"
    APPEAL_CHANGED = "appeal-changed"  # also retired, or offered again
    SEGMENT_ADDED = "segment-added"
    SEGMENT_CHANGED = "segment-changed"
    SEGMENT_REMOVED = "segment-removed"
    EDITION_READERS_CHOSEN = "edition-readers-chosen"  # which segments it is sent to and leaves out
    GIFTS_IMPORTED = "gifts-imported"  # begun on a page or by a command
    SNIPPET_ADDED = "snippet-added"
    SNIPPET_LEFT_OUT = "snippet-left-out"  # of one edition
    SNIPPET_PUT_BACK = "snippet-put-back"
    SNIPPET_CHANGED = "snippet-changed"  # also retired, or printed again
    READER_ADDED = "reader-added"  # one, with evidence of consent
    READERS_IMPORTED = "readers-imported"  # ordered on a page, or begun by a command; consent events name who
    SUPPRESSION_ADDED = "suppression-added"  # an address or domain, by hand
    SUPPRESSION_LIFTED = "suppression-lifted"
    READER_ERASED = "reader-erased"  # by staff
    READERS_EXPORTED = "readers-exported"  # downloaded from a page, or exported by a command
    ACT_UNDONE = "act-undone"  # by its author; the acts that this takes are recorded too
    PITCH_WITHDRAWN = "pitch-withdrawn"  # by its contributor
    SUBMISSION_WITHDRAWN = "submission-withdrawn"
    APPROVAL_WITHDRAWN = "approval-withdrawn"
    SUGGESTION_DISMISSED = "suggestion-dismissed"
    SUGGESTION_REOPENED = "suggestion-reopened"
    DRAFT_DISCARDED = "draft-discarded"  # a link or pasted text that did not become a story
    DRAFT_REOPENED = "draft-reopened"
    DRAFT_RETRIED = "draft-retried"
    SITE_CORRECTION_FORGOTTEN = "site-correction-forgotten"
    EDITION_ASSEMBLED = "edition-assembled"  # by a person, before its time
    NOTICES_CHOSEN = "notices-chosen"  # which notices somebody gets, and how
    WEBHOOK_ADDED = "webhook-added"
    WEBHOOK_CHANGED = "webhook-changed"  # also switched on or off
    WEBHOOK_SECRET_ROTATED = "webhook-secret-rotated"  # noqa: S105 — the name of an act
    WEBHOOK_REMOVED = "webhook-removed"
    WEBHOOK_TESTED = "webhook-tested"
    WEBHOOK_REPLAYED = "webhook-replayed"
    ENVIRONMENT_CONFIRMED = "environment-confirmed"


class Door(models.TextChoices):
    """The interface of an act. `SYSTEM`: the service itself."""

    PAGE = "page"
    COMMAND = "command"
    API = "api"
    SYSTEM = "system"
