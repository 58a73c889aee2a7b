"""Which mark stands between the cells of a file."""

import io

import pytest

from newsletter.lib.csv_reader import Row, read_rows


def cells(text: str) -> list[list[str]]:
    return [row.cells for row in read_rows(io.StringIO(text, newline="")) if isinstance(row, Row)]


@pytest.mark.parametrize(
    ("text", "width"),
    [
        (
            'Email Address,"Which topics? (news; sport; food)",First Name\r\nq@example.org,"news; sport",N\r\n',
            3,
        ),
        ('"Name; first, last";email;"a,b,c,d,e"\n"x,y";r@example.org;"1,2"\n', 3),
        ("email;amount, net; what, if, known\nr@example.org;1,50;x\ns@example.org;2,00;y\n", 3),
        ("email|first_name\nr@example.org|Rita\n", 2),
        ("email\tname\tcity, county, state\nr@example.org\tRita\tx\n", 3),
        ("email\nr@example.org\n", 1),
        ('email,"a question\nin two; lines; of; it"\nr@example.org,"yes; no"\n', 2),
        ("sep=;\r\nemail;first_name\r\nr@example.org;Rolf, the first\r\n", 2),
        ('\ufeff"sep=,",,\nemail,a;b;c\nr@example.org,1;2;3\n', 2),
        ("SEP=\t\nemail\ta,b\nr@example.org\tx,y\n", 2),
    ],
)
def test_the_delimiter_is_found_whatever_is_in_quotation_marks(text: str, width: int) -> None:
    assert {len(row) for row in cells(text)} == {width}


def test_the_sep_line_counts_as_a_line() -> None:
    found = list(read_rows(["sep=;\r\n", "\r\n", "email;name\r\n", "r@example.org;Rita\r\n"]))
    assert [row.line for row in found] == [3, 4]


@pytest.mark.parametrize("text", ["sep=;", "sep=;\n\n", "sep=", "sep=xy\n"])
def test_a_file_with_only_a_sep_line_has_no_rows(text: str) -> None:
    assert len(cells(text)) < 2
