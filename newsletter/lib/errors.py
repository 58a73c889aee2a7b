"""The errors that this project raises on purpose.

    NewsletterError                   an error that a person can understand and act on
    ├── BadInput                      a value that somebody entered; names the field and gives a hint
    ├── BadSetting                    a value in the environment; stops the process at start
    ├── BadToken                      a link that we did not sign, or that is damaged
    ├── InvalidState                  a step that the current state does not permit
    │   ├── VersionConflict               somebody else changed the thing since it was opened
    │   ├── Gone                          the thing was deleted since it was read
    │   ├── NotPermitted                  the role of the person does not permit the act
    │   └── further ones of editions      the letter changed, or approval is needed again
    ├── FetchError                    an address that gave no picture or page; says whether a retry may help
    ├── PictureEncoderUnavailable     a picture that could not be read for now; a retry may help
    ├── TemplateRendererUnavailable   a custom template that could not be rendered for now; a retry may help
    ├── RenderingError                a template that cannot be rendered
    │   └── CustomTemplateError           a curator's template; names line and column
    ├── InliningError                 an email that CSS inlining would have damaged
    ├── AudienceCountMismatch         two counts of an audience that differ
    └── ProviderError                 the meaning of a provider's response
        ├── Refused                       not accepted, and a retry will not help
        ├── RetryLater                    not accepted, and a retry may help
        └── Uncertain                     no response: code must not retry automatically

An error names editions, batches and settings by id or name. It never contains an email address, a reader's name or a
key, because its text may be logged.
"""


class NewsletterError(Exception):
    """Base class. `str(error)` is a sentence that can be shown to a person."""


class BadInput(NewsletterError):
    """A value that somebody entered cannot be used.

    `field` is the name shown to the person; `hint` says what is accepted.
    """

    def __init__(self, field: str, problem: str, hint: str = "") -> None:
        self.field, self.problem, self.hint = field, problem, hint
        super().__init__(f"{field}: {problem}{' ' + hint if hint else ''}")


class BadSetting(NewsletterError):
    """A setting is missing or cannot be read. The process must not start with a guess."""

    def __init__(self, name: str, problem: str, hint: str) -> None:
        self.name = name
        super().__init__(f"{name} {problem} {hint}")


class BadToken(NewsletterError):
    """A token was not signed by us for this purpose, or was damaged in transit."""


class InvalidState(NewsletterError):
    """The current state does not permit this step."""


class VersionConflict(InvalidState):
    """The thing was changed since this person opened it, so nothing was saved."""


class Gone(InvalidState):
    """The thing was deleted since it was read."""
