"""The error of CSS inlining, in a module that loads nothing."""

from newsletter.lib.errors import NewsletterError


class InliningError(NewsletterError):
    """Styles cannot be inlined without changing something else."""
