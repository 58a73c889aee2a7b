"""Files as people have them: encodings, spreadsheets, ZIP files, and files made to do harm."""

import csv
import io
import struct
import zipfile
import zlib
from datetime import datetime
from pathlib import Path

import pytest

from newsletter.audience.imports import choose_tables, reader_files, zip_members
from newsletter.audience.imports.reader_files import ReaderTable
from newsletter.audience.models import Subscriber
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from tests.audience.imports import exports
from tests.audience.imports.test_export_formats import take

SHEET_ROWS = '<row r="1">{0}</row><row r="2">{1}</row>'


def tables(content: bytes, name: str = "readers.csv", encoding: str = "") -> list[ReaderTable]:
    return reader_files.tables(io.BytesIO(content), name=name, encoding=encoding)


def cells(content: bytes, name: str = "readers.csv", encoding: str = "") -> list[list[str]]:
    [table] = tables(content, name, encoding)
    return [row for row in csv.reader(table.lines()) if row]


def workbook(rows: str, sheets: tuple[str, ...] = ("Readers",)) -> bytes:
    """A spreadsheet with this XML as the rows of each sheet."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
    related = "".join(
        f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in enumerate(sheets, 1)
    )
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{related}</Relationships>',
    }
    for n, _ in enumerate(sheets, 1):
        files[f"xl/worksheets/sheet{n}.xml"] = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def text_cells(*texts: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
def test_names_survive_the_encoding_of_their_file(codec: str) -> None:
    text = "email,first_name\n" + "".join(
        f"r{n}@readers.example,{name}\n" for n, name in enumerate(["Zoë", "José", "Jürgen", "François", "Béatrice"])
    )
    assert [row[1] for row in cells(text.encode(codec))[1:]] == ["Zoë", "José", "Jürgen", "François", "Béatrice"]


def test_a_stated_encoding_replaces_the_detected_one() -> None:
    assert cells("email,first_name\nr@readers.example,Łukasz\n".encode("cp1250"), encoding="cp1250")[1][1] == "Łukasz"


def test_a_few_broken_names_in_utf_8_cost_the_name_and_not_the_reader(publication: Publication, now: datetime) -> None:
    good = "".join(f"r{n}@readers.example,Zoë\n" for n in range(20)).encode()
    report = take(publication, now, b"email,first_name\n" + good + b"bad@readers.example,Zo\xeb\n", name="readers.csv")
    assert (report.added, report.warned, report.warnings[0].line) == (21, 1, 22)
    assert Subscriber.objects.get(email="bad@readers.example").first_name == ""
    assert Subscriber.objects.get(email="r3@readers.example").first_name == "Zoë"


def test_a_spreadsheet_is_read_with_its_row_numbers(publication: Publication, now: datetime) -> None:
    rows = SHEET_ROWS.format(text_cells("Email", "First name"), text_cells("rita@readers.example", "ريتا"))
    content = workbook(rows + f'<row r="4">{text_cells("nonsense", "Two lines")}</row>', ("Readers", "Old"))
    report = take(publication, now, content, name="readers.xlsx")
    assert (report.added, report.bad, report.problems[0].line) == (1, 1, 4)
    assert Subscriber.objects.get().first_name == "ريتا"
    [choice] = choose_tables.choose(tables(content, "readers.xlsx"))
    assert "Only the first sheet, “Readers”" in choose_tables.notes([choice])[0]


@pytest.mark.parametrize("content", [workbook("")[:-300], b"PK\x03\x04rubbish", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old"])
def test_a_damaged_spreadsheet_or_zip_is_a_sentence(content: bytes) -> None:
    with pytest.raises(BadInput, match=r"damaged|cannot be read"):
        tables(content, "readers.xlsx")


def test_a_spreadsheet_that_unpacks_to_far_more_than_memory_is_refused() -> None:
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    rows = f'<row r="1">{text_cells("email")}</row>{far}'
    with pytest.raises(BadInput, match="time or memory"):
        tables(workbook(rows), "readers.xlsx")


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readers.csv", "a" * 30_000_000)
    with pytest.raises(BadInput, match="far more than its size"):
        tables(content.getvalue(), "export.zip")


def test_a_member_that_lies_about_its_size_is_cut_off_as_damaged() -> None:
    content = bytearray(lying_zip(b"email\n" + b"a" * 3_000_000, stated=10))
    with pytest.raises(BadInput, match="damaged"):
        tables(bytes(content), "export.zip")


def lying_zip(data: bytes, *, stated: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    name = b"readers.csv"
    sizes = struct.pack("<III", zlib.crc32(data), len(packed), stated)
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes + struct.pack("<HH", len(name), 0) + name
    central = (
        b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
        + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    )  # fmt: skip
    offset = len(local) + len(packed)
    return local + packed + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), offset, 0)


def test_an_archive_with_too_many_members_or_none_of_use_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(zip_members.MAX_MEMBERS + 1):
            archive.writestr(f"{number}.html", b"")
    with pytest.raises(BadInput, match="more than 20,000 files"):
        tables(content.getvalue(), "export.zip")
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.html", "hello")
        archive.writestr("__MACOSX/._readers.csv", "x")
    with pytest.raises(BadInput, match="without a CSV file"):
        tables(empty.getvalue(), "export.zip")


@pytest.mark.parametrize("head", ["<!DOCTYPE html><html>", "\ufeff\n<html lang='en'>"])
def test_a_web_page_that_is_called_csv_is_named(head: str) -> None:
    with pytest.raises(BadInput, match="is a web page"):
        tables(head.encode())


@pytest.mark.parametrize("content", [b"", b"\n\n", b"name,city\nRita,Rome\n"])
def test_a_file_without_readers_is_a_sentence(content: bytes) -> None:
    with pytest.raises(BadInput, match=r"no rows|no column"):
        choose_tables.choose(tables(content))


def test_hostile_rows_are_refused_one_by_one_and_the_others_are_imported(
    publication: Publication, now: datetime
) -> None:
    rows = [
        "email,first_name",
        '"a b"@readers.example,Quoted',
        "nul\0@readers.example,Nul",
        f"{'a' * 320}@readers.example,Long",
        '"two, three"@readers.example,Comma',
        "=cmd@readers.example,=HYPERLINK(1)",
        "ok+tag@readers.example,\u202eevil",
        "fine@münchen.example,Jürgen",
    ]
    report = take(publication, now, "\n".join(rows).encode(), name="readers.csv")
    assert report.added + report.bad == 7
    assert set(Subscriber.objects.values_list("email", flat=True)) >= {
        "ok+tag@readers.example",
        "fine@xn--mnchen-3ya.example",
    }
    assert not any("\u202e" in name for name in Subscriber.objects.values_list("first_name", flat=True))


def test_files_that_are_no_tables_are_named_with_the_reason(tmp_path: Path) -> None:
    files = {
        "lists/readers.csv": "email\nrita@readers.example\n",
        "lists/archive.zip": "PK",
        "mailing.numbers": "x",
        "lists/.old.csv": "email\ngone@readers.example\n",
        "__MACOSX/._readers.csv": "x",
        ".DS_Store": "x",
        **{f"posts/{number}.html": "<p>Tide</p>" for number in range(8)},
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    expected = [
        "Not imported: lists/.old.csv. It is a hidden file: its name begins with a dot.",
        "Not imported: lists/archive.zip. It is a packed file. Unpack it, and import its files.",
        "Not imported: mailing.numbers. Spreadsheets of this kind are not read. Save it as XLSX or CSV.",
        "Not imported: posts/0.html, posts/1.html, posts/2.html, posts/3.html, posts/4.html and 3 more. Only CSV, TSV "
        "and text files and spreadsheets (XLSX, XLS, ODS) are read.",
    ]
    for found in (reader_files.tables_of_folder(tmp_path), tables(exports.zipped(files), "export.zip")):
        choices = choose_tables.choose(found)
        assert [one.table.name for one in choices if one.is_imported] == ["lists/readers.csv"]
        assert sorted(one.sentence for one in choose_tables.other_files(choices)) == expected
