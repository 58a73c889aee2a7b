"""A picture on its way from a curator's computer to the desk, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from newsletter.accounts.models import Role
from newsletter.lib import clock
from newsletter.pictures import import_pictures
from newsletter.pictures.models import Picture, PictureState, Use
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from tests.browser.opened import PASTED, Opened, wait_until_it_fits
from tests.pictures.drawn import file, photo, plain
from tests.support import factories as make


@pytest.mark.parametrize("said", [{}, {"viewport": {"width": 380, "height": 800}}, {"color_scheme": "dark"}])
def test_a_file_is_handed_over_and_seen(
    opened: Opened, publication: Publication, tmp_path: Path, said: dict[str, object]
) -> None:
    given = tmp_path / "street.webp"
    given.write_bytes(file(photo(2400, 1350), "WEBP"))
    page = opened("/desk/morning/new/", Role.CURATOR, **said)
    page.get_by_label("Headline").fill("Rain at last")
    page.get_by_label("Link", exact=True).fill("https://post.example.org/rain")
    page.locator(".writing-words").fill("It rained.")
    page.get_by_label("Upload image").set_input_files(given)
    page.get_by_label("Alt text").fill("A wet street")
    page.get_by_role("button", name="Add to queue").click()
    page.get_by_role("link", name="Rain at last").locator("visible=true").first.click()
    picture = page.get_by_role("img", name="A wet street")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 1200)
    wait_until_it_fits(page)


@pytest.mark.parametrize("said", [{}, {"viewport": {"width": 380, "height": 800}}, {"color_scheme": "dark"}])
def test_a_pasted_story_takes_its_picture_along_though_lines_are_overruled(
    opened: Opened, publication: Publication, tmp_path: Path, said: dict[str, object]
) -> None:
    given = tmp_path / "tower.webp"
    given.write_bytes(file(photo(2400, 1350), "WEBP"))
    page = opened("/desk/morning/paste/", Role.EDITOR, **said)
    page.get_by_label("Copied text").fill(PASTED)
    page.get_by_label("Link").fill("https://post.example.org/lighthouse")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_load_state()  # without its scripts the page changes nothing at once
    page.get_by_text("Add a picture …").click()
    page.get_by_label("Upload image").set_input_files(given)
    page.get_by_label("Alt text").fill("A white tower")
    page.locator("#line-3").select_option("paragraph")
    expect(page.locator(".teaser").first).to_contain_text("Give the gift")
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#why-3")).to_have_text("your correction")
    expect(page.get_by_label("Alt text")).to_have_value("A white tower")
    wait_until_it_fits(page)
    page.get_by_role("button", name="Add story to queue").click()
    expect(page.get_by_text("was added to the queue.")).to_be_visible()
    [story] = Story.objects.select_related("picture")
    assert story.picture
    assert (story.picture.is_stored, story.picture.width, story.picture_alt) == (True, 1200, "A white tower")


def test_a_picture_that_comes_shows_itself(opened: Opened, publication: Publication) -> None:
    story = make.story(publication)
    story_queue.update(story, picture_url="https://example.org/p.jpg", picture_alt="A wet street")
    page = opened(f"/stories/{story.pk}/", Role.CURATOR)
    expect(page.get_by_text("Fetching picture …")).to_be_visible()
    page.get_by_label("Kicker").fill("Half a word")
    kept = import_pictures.save_upload(file(photo()), Use.STORY, now=clock.now())
    same = {name: getattr(kept, name) for name in ("digest", "kind", "width", "height", "weight")}
    story.refresh_from_db()
    assert story.picture_id is not None
    Picture.objects.filter(pk=story.picture_id).update(state=PictureState.STORED, **same)
    expect(page.get_by_role("img", name="A wet street")).to_be_visible()
    expect(page.get_by_label("Kicker")).to_have_value("Half a word")  # what is being typed stays


def test_an_editor_hands_over_logos_for_day_and_night(opened: Opened, publication: Publication, tmp_path: Path) -> None:
    day, night = tmp_path / "day.png", tmp_path / "night.png"
    day.write_bytes(file(plain(720, 160)))
    night.write_bytes(file(plain(720, 160, (240, 150, 170))))
    page = opened("/desk/morning/", Role.EDITOR)
    page.get_by_role("link", name="Logos").click()
    page.get_by_label("Logo (optional)", exact=True).set_input_files(day)
    page.get_by_label("Dark logo (optional)", exact=True).set_input_files(night)
    page.get_by_role("button", name="Save logos").click()
    expect(page.get_by_text("Logos saved.")).to_be_visible()
    logos = page.get_by_role("img", name="The Morning Post")
    expect(logos).to_have_count(2)
    for logo in logos.all():
        expect(logo).to_have_js_property("naturalWidth", 720)
