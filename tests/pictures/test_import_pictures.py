"""Orders for pictures, from the row to the file."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from newsletter.lib.errors import BadInput
from newsletter.lib.safe_connection import FetchError
from newsletter.pictures import import_pictures, picture_storage
from newsletter.pictures.fetch_picture import fetch_picture
from newsletter.pictures.models import Picture, PictureState, Use
from tests.pictures.drawn import file, noise, photo, plain
from tests.support.factories import MONDAY
from tests.support.website import Website, body, status

pytestmark = pytest.mark.django_db
PHOTO = file(photo(), "WEBP")


def ordered(url: str, use: Use = Use.STORY) -> Picture:
    picture = import_pictures.request_picture(url, use)
    picture.save()
    return picture


def turn(site: Website, *, now: object = MONDAY) -> bool:
    """What a worker does when it is its turn."""
    return import_pictures.fetch_next(now=now, fetch=lambda url: fetch_picture(url, policy=site.reach()))  # type: ignore[arg-type]


def test_a_picture_is_fetched_made_fit_and_kept_under_the_hash_of_its_bytes(site: Website) -> None:
    site.pages["/p.webp"] = body(PHOTO, Content_Type="text/plain")
    picture = ordered(site.url("/p.webp"))
    assert turn(site)
    picture.refresh_from_db()
    assert (picture.state, picture.kind, picture.width, picture.height) == (PictureState.STORED, "jpg", 1200, 675)
    data = picture_storage.read(picture.name)
    assert data is not None
    assert picture.digest == picture_storage.digest_of(data)
    assert picture.weight == len(data) <= 200_000
    assert picture.stored_at == MONDAY
    assert not turn(site)  # nothing is left to do


def test_the_file_lies_in_the_data_folder(site: Website) -> None:
    picture = import_pictures.save_upload(file(plain(300, 200)), Use.STORY, now=MONDAY)
    assert (Path(settings.DATA_DIR) / "pictures" / picture.name).is_file()


def test_the_same_picture_twice_is_one_file() -> None:
    one, two = (import_pictures.save_upload(PHOTO, Use.STORY, now=MONDAY) for _ in range(2))
    assert (one.name, one.pk) == (two.name, two.pk - 1)
    folder = Path(settings.DATA_DIR) / "pictures"
    assert [f.name for f in folder.iterdir() if f.name.startswith(one.digest)] == [one.name]


def test_a_file_that_a_crash_cut_short_is_written_again() -> None:
    picture = import_pictures.save_upload(PHOTO, Use.STORY, now=MONDAY)
    path = Path(settings.DATA_DIR) / "pictures" / picture.name
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    import_pictures.save_upload(PHOTO, Use.STORY, now=MONDAY)
    assert path.read_bytes() == whole


def test_a_logo_may_weigh_less_than_a_storys_picture() -> None:
    heavy = file(noise(1200, 600), "PNG")
    assert (import_pictures.save_upload(heavy, Use.LOGO, now=MONDAY).weight or 0) <= 100_000


def test_a_site_that_is_down_is_asked_again_later_each_time_and_not_for_ever(site: Website) -> None:
    site.pages["/p"] = status(503)
    picture, now, tried = ordered(site.url("/p")), MONDAY, []
    while turn(site, now=now):
        picture.refresh_from_db()
        tried.append(picture.try_at and (picture.try_at - now).total_seconds())
        assert "503" in picture.problem
        if not picture.try_at:
            break
        assert not turn(site, now=picture.try_at - timedelta(seconds=1))
        now = picture.try_at
    assert tried == [5, 30, 120, 600, 3600, None]
    assert picture.state == PictureState.FAILED


def test_a_site_that_comes_back_is_forgiven(site: Website) -> None:
    site.pages["/p"] = status(500)
    picture = ordered(site.url("/p"))
    turn(site)
    site.pages["/p"] = body(PHOTO)
    turn(site, now=MONDAY + timedelta(minutes=1))
    picture.refresh_from_db()
    assert (picture.state, picture.problem, picture.hint, picture.try_at) == (PictureState.STORED, "", "", None)


def test_a_picture_that_ends_its_worker_each_time_is_given_up(site: Website) -> None:
    picture, other, now, kills = ordered("https://example.org/bomb.png"), ordered(site.url("/p")), MONDAY, 0
    site.pages["/p"] = body(PHOTO)

    def fetch_or_die(url: str) -> bytes:
        if url.endswith("bomb.png"):
            raise SystemExit("the kernel ran out of memory")  # nothing after it runs
        return fetch_picture(url, policy=site.reach())

    for _ in range(40):
        try:
            import_pictures.fetch_next(now=now, fetch=fetch_or_die)
        except SystemExit:
            kills += 1
        now += import_pictures.LEASE / 2
    picture.refresh_from_db()
    other.refresh_from_db()
    assert (kills, picture.state, other.state) == (import_pictures.MAX_TRIES, PictureState.FAILED, PictureState.STORED)
    assert picture.problem == "Every attempt to process it failed."
    assert not import_pictures.fetch_next(now=now, fetch=fetch_or_die)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!doctype html><title>Sign in</title>", "The file at this address cannot be read as a picture."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "The file at this address is an SVG drawing"),
    ],
)
def test_what_is_no_picture_is_not_asked_for_again(site: Website, data: bytes, said: str) -> None:
    site.pages["/p"] = body(data)
    picture = ordered(site.url("/p"))
    turn(site)
    picture.refresh_from_db()
    assert (picture.state, picture.try_at) == (PictureState.FAILED, None)
    assert picture.problem.startswith(said)
    assert picture.hint


def test_by_itself_it_asks_no_machine_that_is_not_public() -> None:
    picture = ordered("http://127.0.0.1/p.jpg")
    assert import_pictures.fetch_next(now=MONDAY)
    picture.refresh_from_db()
    assert (picture.state, picture.problem) == (PictureState.FAILED, "The address is in a private network.")


def test_a_worker_that_is_lost_holds_its_order_only_until_its_lease_ends(site: Website) -> None:
    site.pages["/p"] = body(PHOTO)
    picture = ordered(site.url("/p"))

    def lost(_: str) -> bytes:
        assert not turn(site)  # it is ours, and nobody else's
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_pictures.fetch_next(now=MONDAY, fetch=lost)
    assert not turn(site, now=MONDAY + import_pictures.LEASE - timedelta(seconds=1))
    assert turn(site, now=MONDAY + import_pictures.LEASE)
    picture.refresh_from_db()
    assert (picture.state, picture.tries) == (PictureState.STORED, 2)


def test_a_worker_that_was_taken_for_lost_changes_nothing_any_more(site: Website) -> None:
    site.pages["/p"] = body(PHOTO)
    picture = ordered(site.url("/p"))

    def slow(_: str) -> bytes:
        assert turn(site, now=MONDAY + import_pictures.LEASE)
        raise FetchError("It is late.", "Never mind.", is_final=True)

    import_pictures.fetch_next(now=MONDAY, fetch=slow)
    picture.refresh_from_db()
    assert (picture.state, picture.problem) == (PictureState.STORED, "")


def test_a_picture_that_was_given_up_stays_so_even_when_it_comes(site: Website) -> None:
    picture = ordered(site.url("/p"))

    def slow(_: str) -> bytes:
        import_pictures.abandon_pending([picture])
        return PHOTO

    import_pictures.fetch_next(now=MONDAY, fetch=slow)
    picture.refresh_from_db()
    assert picture.state == PictureState.FAILED
    assert picture.problem == "The picture had not arrived when the email was built."
    assert not turn(site, now=MONDAY + timedelta(days=1))


def test_giving_up_keeps_the_reason_that_is_known_and_leaves_what_is_stored(site: Website) -> None:
    site.pages["/p"] = status(503)
    failing = ordered(site.url("/p"))
    turn(site)
    stored = import_pictures.save_upload(PHOTO, Use.STORY, now=MONDAY)
    import_pictures.abandon_pending([failing, stored])
    failing.refresh_from_db()
    stored.refresh_from_db()
    assert (failing.state, "503" in failing.problem, stored.state) == (PictureState.FAILED, True, PictureState.STORED)


def test_one_that_cannot_be_stored_is_tried_again(site: Website, caplog: pytest.LogCaptureFixture) -> None:
    site.pages["/p"] = body(PHOTO)
    picture = ordered(site.url("/p?token=secret"))
    site.pages["/p?token=secret"] = body(file(plain(333, 222)))
    folder = Path(settings.DATA_DIR) / "pictures"
    kept = folder.rename(folder.with_name("pictures-kept")) if folder.exists() else None
    folder.write_text("a file is in the way")
    try:
        turn(site)
    finally:
        folder.unlink()
        if kept:
            kept.rename(folder)
    picture.refresh_from_db()
    assert (picture.state, picture.problem) == (PictureState.PENDING, "The picture could not be stored.")
    assert "secret" not in caplog.text
    turn(site, now=MONDAY + timedelta(minutes=1))
    picture.refresh_from_db()
    assert picture.state == PictureState.STORED


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(BadInput, match="under 20 MB"):
        import_pictures.save_upload(b"\xff\xd8" + bytes(20_000_000), Use.STORY, now=MONDAY)


def test_the_database_itself_refuses_half_a_picture() -> None:
    for wrong in ({"state": PictureState.STORED}, {"state": PictureState.PENDING, "source_url": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Picture.objects.create(use=Use.STORY, **wrong)


@pytest.mark.parametrize("name", ["../secret-key", "x.jpg", "0" * 32 + ".gif", "0" * 33 + ".jpg", "A" * 32 + ".jpg"])
def test_no_other_file_is_read(name: str) -> None:
    assert picture_storage.read(name) is None
