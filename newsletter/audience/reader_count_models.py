"""Counts of the readers of large publications, kept so that a page need not count them."""

from django.db import models

from newsletter.publications.models import Publication


class KeptReaderCounts(models.Model):
    """Readers of a large publication by status, counted a while ago in parts (kept_reader_counts.py)."""

    publication = models.OneToOneField(Publication, on_delete=models.CASCADE, primary_key=True, related_name="+")
    active = models.PositiveBigIntegerField()
    suppressed = models.PositiveBigIntegerField()
    pending = models.PositiveBigIntegerField()
    paused = models.PositiveBigIntegerField()
    left = models.PositiveBigIntegerField()
    counted_at = models.DateTimeField(help_text="When that count began.")

    begun_at = models.DateTimeField(null=True, blank=True, help_text="When the next count began.")
    so_far = models.JSONField(default=dict, help_text="Subscriptions by status counted since then.")
    last_subscriber = models.BigIntegerField(null=True, blank=True, help_text="The highest subscriber id counted.")
    last_suppression = models.BigIntegerField(default=0, help_text="The highest suppression id looked at.")

    def __str__(self) -> str:
        return f"reader counts of publication {self.publication_id}"
