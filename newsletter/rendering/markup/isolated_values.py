"""Fill values into a phrase of HTML, each isolated in its own text direction."""

from markupsafe import Markup, escape


def fill_isolated(phrase: str, **values: str) -> Markup:
    """Return `phrase`, escaped, with `values` for its braces, each in a `bdi` element.

    An address inside an Arabic sentence, or an Arabic name inside an English one, keeps its own order.

    >>> fill_isolated("To {address}", address="<x>")
    Markup('To <bdi>&lt;x&gt;</bdi>')
    """
    return Markup(escape(phrase)).format(**{  # noqa: S704 — escaped just before
        name: Markup("<bdi>{}</bdi>").format(value) for name, value in values.items()
    })  # fmt: skip
