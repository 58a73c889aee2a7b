"""Where a finding of preflight is fixed: the address of the form, with the field that it is about."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.editions.models import OTHER_VERSIONS, Edition
from newsletter.giving.models import Appeal
from newsletter.letters import left_out_picks
from newsletter.stories.models import Story

VERSION = re.compile(rf"^(?:{'|'.join(map(re.escape, OTHER_VERSIONS.values()))}): ")
PICKED = re.compile(r"picked story (\d+): ")
PRINTED = re.compile(r"[Ss]tory (\d+), (“|[a-z ]+)")
IN_EDITION = {
    "headline": "headline",
    "kicker": "kicker",
    "text": "body",
    "“": "picture_file",
    "alt text": "picture_alt",
}
OF_STORY = {"byline": "byline", "credit": "picture_credit", "quote": "quote"}
OF_TEXTS = {"subject": "subject", "preheader": "preheader", "note": "intro"}


def with_links(
    findings: Iterable[dict[str, str]],
    edition: Edition,
    *,
    stories: Sequence[Story],
    appeal: Appeal | None,
    user: User,
    can_edit: bool,
) -> list[dict[str, str]]:
    """Return the findings, each with a `link` to the form that changes what it is about; empty where there is none.

    `stories` are those of the email in order. `can_edit`: the texts of the edition can still be changed.
    """
    links = _Links(edition, stories, appeal, user, can_edit)
    return [finding | {"link": links.link_to(finding)} for finding in findings]


@dataclass(frozen=True, slots=True)
class _Links:
    edition: Edition
    stories: Sequence[Story]
    appeal: Appeal | None
    user: User
    can_edit: bool

    def link_to(self, finding: dict[str, str]) -> str:
        place, slug = VERSION.sub("", finding["place"]), self.edition.publication.slug
        if finding["code"] == left_out_picks.CODE and (found := PICKED.match(place)):
            return reverse("story", args=[found[1]])
        if found := PRINTED.match(place):
            return self._of_story(int(found[1]), found[2].strip())
        subject = re.split(r"[,: ]", place, maxsplit=1)[0]
        if subject in OF_TEXTS and self.can_edit:
            return f"{reverse('edition-texts', args=[self.edition.pk])}#id_{OF_TEXTS[subject]}"
        if subject == "appeal" and self.appeal and self._may(Permission.APPROVE):
            return reverse("appeal", args=[self.appeal.pk])
        if subject == "snippet":
            return reverse("snippet-list", args=[slug])
        if subject in ("Publication", "logo") and self._may(Permission.CONFIGURE):
            return reverse("publication", args=[slug])
        return ""

    def _of_story(self, number: int, part: str) -> str:
        if not 0 < number <= len(self.stories):
            return ""
        story = self.stories[number - 1]
        if part in IN_EDITION and self.can_edit:
            return f"{reverse('edition-story', args=[self.edition.pk, story.pk])}#id_{IN_EDITION[part]}"
        return f"{reverse('story', args=[story.pk])}#id_{OF_STORY.get(part, 'headline')}"

    def _may(self, permission: Permission) -> bool:
        return has_permission(self.user, permission, self.edition.publication_id)
