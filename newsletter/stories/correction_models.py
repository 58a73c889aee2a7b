"""What a curator corrected in stories of one site, to be applied to later ones."""

from typing import ClassVar

from django.db import models

from newsletter.publications.models import Publication


class SiteCorrection(models.Model):
    """A line of a site with the type that a curator gave it, or a wrong value of a field with the right one."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="corrections")
    site = models.CharField(max_length=253, help_text="Registrable domain, such as example.org.")
    name = models.CharField(max_length=16, help_text="“line”, or the name of a field.")
    text = models.CharField(max_length=200, blank=True, help_text="As it was read.")
    value = models.CharField(max_length=200, blank=True, help_text="The type of the line, or the right value.")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="site_correction_once", fields=["publication", "site", "name", "text"]),
        ]

    def __str__(self) -> str:
        return f"{self.site}: {self.text}"
