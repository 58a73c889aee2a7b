from pathlib import Path

from newsletter.publications.models import Publication, Template
from tests.cli.conftest import Command

DOING = ("publications", "template")


def test_a_template_is_exported_saved_used_and_removed(
    newsletter: Command, publication: Publication, tmp_path: Path
) -> None:
    file = tmp_path / "own.html"
    file.write_text(newsletter(*DOING, "show").out, encoding="utf-8")
    assert newsletter(*DOING, "check", str(file)).status == 0
    assert not Template.objects.exists()
    assert newsletter(*DOING, "set", str(file)).status == 0
    assert newsletter(*DOING, "show", "morning").out == file.read_text(encoding="utf-8")
    assert newsletter(*DOING, "remove").status == 0
    assert newsletter(*DOING, "list", "--json").data[0]["in_use"] is False
    assert newsletter(*DOING, "use", "1").status == 0
    assert newsletter(*DOING, "list", "--json").data[0]["in_use"] is True


def test_a_template_error_is_one_line_with_its_position(
    newsletter: Command, publication: Publication, tmp_path: Path
) -> None:
    file = tmp_path / "own.html"
    for text, words in ((b"\n{{ subjekt }}", "Line 2, column 4:"), (b"\xff", "is not UTF-8")):
        file.write_bytes(text)
        result = newsletter(*DOING, "set", str(file))
        assert (result.status, result.out, result.err.count("\n")) == (1, "", 1)
        assert words in result.err
    assert newsletter(*DOING, "check", "nowhere.html").status == 1
    assert newsletter(*DOING, "use", "7").status == 1
