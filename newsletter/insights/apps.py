"""Registers the conditions of segments that need this package."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """The package, and what it adds to others below it."""

    name = "newsletter.insights"

    def ready(self) -> None:
        from newsletter.insights import click_conditions
        from newsletter.segments import definitions  # noqa: F401 — registers its own kinds, which are listed first

        click_conditions.register_all()
