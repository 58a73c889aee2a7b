"""The fixed phrases of the sign-up page, the confirmation email and the page behind its link, in one language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignUpPhrases:
    """The phrases of one language; values in braces are filled in."""

    title: str
    address: str  # label of the field
    subscribe: str  # button
    consent: str  # the wording that the person agrees to
    press_again: str  # the form came too fast, too late, or from another site
    slip: str  # before the suggested address
    use: str  # button: the suggested address
    keep: str  # button: the address as typed
    invalid: str
    too_many: str
    closed: str
    step_left: str  # heading after signing up
    look: str
    no_email: str
    asked: str  # first sentence of the confirmation email
    confirm: str  # subject of the email
    confirm_heading: str
    confirm_button: str
    tap: str
    until: str
    not_you: str
    already: str  # subject of the email to somebody who is subscribed
    already_text: str
    missing: str
    not_yet: str  # page behind the link
    done: str  # heading
    done_text: str
    expired: str  # heading
    expired_text: str
