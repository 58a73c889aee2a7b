"""Registers the conditions of segments that need this package."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """The package, and what it adds to others below it."""

    name = "newsletter.insights"

    def ready(self) -> None:
        from newsletter.insights import click_conditions

        click_conditions.register_all()
