"""The one tree of errors that this project raises on purpose.

    NewsletterError                  something a person can understand and hint
    ├── BadInput                     a value somebody typed; names the field and the hint
    ├── BadSetting                   a value in the environment; stops the start
    ├── BadToken                     a link that we did not sign, or that was damaged on its way
    ├── NotAllowed                   a step that the thing's present state does not permit
    │   ├── VersionConflict              somebody else changed the thing since it was looked at
    │   ├── editions.approval.ChangedSince    the letter is not the one that was looked at
    │   └── editions.approval.ApprovalNeeded  at another time the letter differs from the approved one
    ├── pictures.fetching.NotFetched           an address that gave no picture; says whether asking again may help
    ├── pictures.bounded_encoding.NotTried     a picture that the machine could not read; it may work in a moment
    ├── delivery.opening.DoesNotAddUp         an audience that two counts do not agree on
    ├── mail.own.faults.RenderingError        a template that cannot be filled
    │   └── TemplateFault                     a curator's own; names its line and column
    ├── mail.own.faults.NotTried              a curator's own that the machine could not try; it may work in a moment
    ├── mail.inlining.InliningError           a letter that inlining would have damaged
    └── mail.errors.DispatchError    what a provider's answer means
        ├── Refused                  never accepted, and asking again will not help
        ├── TryLater                 never accepted, and asking again may help
        └── Uncertain                asked and never heard: nobody may ask again by themselves

An error names editions, batches and settings by id or name. It never carries an address, a
name of a reader or a key: its text may end in a log.
"""


class NewsletterError(Exception):
    """Root of the tree. `str(error)` is one sentence fit to be shown to a person."""


class BadInput(NewsletterError):
    """A value somebody gave cannot be used.

    `field` is the name the person knows it by; `hint` says what would be accepted.
    """

    def __init__(self, field: str, problem: str, hint: str = "") -> None:
        self.field, self.problem, self.hint = field, problem, hint
        super().__init__(f"{field}: {problem}{' ' + hint if hint else ''}")


class BadSetting(NewsletterError):
    """A setting is missing or cannot be read; the process must not start with a guess."""

    def __init__(self, name: str, problem: str, hint: str) -> None:
        self.name = name
        super().__init__(f"{name} {problem} {hint}")


class BadToken(NewsletterError):
    """A token was not signed by us for this purpose, or lost a character on its way."""


class InvalidState(NewsletterError):
    """The thing is in a state that does not permit this step."""


class VersionConflict(InvalidState):
    """The thing was changed since this person looked at it, so nothing was saved."""
