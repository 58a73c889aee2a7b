"""Pictures in a bucket: the settings of a process of its own, the real client, a server on loopback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.bucket import bucket
from tests.support.surroundings import ROOT

PROGRAM = """
import django, io
django.setup()
from django.conf import settings
from PIL import Image
from newsletter.pictures import picture_storage
from newsletter.pictures.encode_picture import SizeLimits, encode
file = io.BytesIO()
Image.new("RGB", (300, 200), "red").save(file, "PNG")
made = encode(file.getvalue(), SizeLimits(300, 200, 9000))
digest = picture_storage.store(made.data, made.kind)
assert picture_storage.store(made.data, made.kind) == digest
name = f"{digest}.{made.kind}"
assert picture_storage.read(name) == made.data
assert picture_storage.read("0" * 32 + ".jpg") is None
print(name, settings.PICTURES_URL)
"""


def run(program: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {"DJANGO_SETTINGS_MODULE": "newsletter.settings", "NEWSLETTER_DATA": str(folder)}
    environment |= {"AWS_EC2_METADATA_DISABLED": "true", "PYTHONDONTWRITEBYTECODE": "1"} | settings
    command = [sys.executable, "-W", "ignore", "-c", program]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_pictures_lie_in_a_bucket_when_the_settings_say_so(tmp_path: Path) -> None:
    with bucket() as there:
        done = run(
            PROGRAM,
            tmp_path,
            PICTURES_S3_BUCKET="post-pictures",
            PICTURES_S3_ENDPOINT=there.url,
            PICTURES_S3_REGION="eu-west-1",
            PICTURES_S3_KEY="the-key",
            PICTURES_S3_SECRET="the-secret",
            PICTURES_URL="https://pictures.example.org/",
        )
    assert done.returncode == 0, done.stderr
    name, url = done.stdout.split()
    assert url == "https://pictures.example.org"
    [(path, (data, headers))] = there.objects.items()
    assert path == f"/post-pictures/{name}"
    assert data.startswith(b"\x89PNG")
    assert headers["Content-Type"] == "image/png"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not (tmp_path / "pictures").exists()


def test_a_key_that_may_not_put_is_found_out(tmp_path: Path) -> None:
    with bucket() as there:
        done = run(
            PROGRAM,
            tmp_path,
            PICTURES_S3_BUCKET="post-pictures",
            PICTURES_S3_ENDPOINT=there.url,
            PICTURES_S3_REGION="eu-west-1",
            PICTURES_S3_KEY="another-key",
            PICTURES_S3_SECRET="the-secret",
        )
    assert done.returncode
    assert "403" in done.stderr
    assert not there.objects


@pytest.mark.parametrize("url", ["pictures.example.org", "ftp://pictures.example.org", "https://"])
def test_an_address_of_pictures_that_is_none_stops_the_start(tmp_path: Path, url: str) -> None:
    done = run("import newsletter.settings", tmp_path, PICTURES_URL=url)
    assert done.returncode
    assert "PICTURES_URL is" in done.stderr
    assert "such as https://pictures.example.org." in done.stderr


def test_a_bucket_without_its_packages_stops_the_start(tmp_path: Path) -> None:
    without = "import sys; sys.modules['storages'] = None\nimport importlib.util as u\nold = u.find_spec\n"
    without += "u.find_spec = lambda name: None if name == 'storages' else old(name)\nimport newsletter.settings"
    done = run(without, tmp_path, PICTURES_S3_BUCKET="post-pictures")
    assert done.returncode
    assert "PICTURES_S3_BUCKET is set, but the packages" in done.stderr
    assert "requirements-s3.lock" in done.stderr


def test_empty_settings_are_as_good_as_none(tmp_path: Path) -> None:
    empty = dict.fromkeys(("PICTURES_S3_BUCKET", "PICTURES_S3_ENDPOINT", "PICTURES_URL"), "")
    program = "from newsletter import settings as s; print(s.PICTURES_URL, s.STORAGES['pictures']['BACKEND'])"
    done = run(program, tmp_path, **empty)
    assert done.stdout.split() == ["http://127.0.0.1:8000/pictures", "django.core.files.storage.FileSystemStorage"]
