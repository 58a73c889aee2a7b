import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.subscriber_csv import SubscriberRow, read_records
from newsletter.lib.csv_reader import MAX_CELLS, MAX_ROW_CHARS, MalformedRow, decode_lines
from newsletter.lib.errors import BadInput


def rows(text: str) -> list[tuple[str, str]]:
    return [
        (r.email, r.first_name) for r in read_records(text.splitlines(keepends=True)) if isinstance(r, SubscriberRow)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "email,first_name\na@example.org,Ada\nb@example.org,Bo\n",
        "Email;First Name\na@example.org;Ada\nb@example.org;Bo\n",
        "E-Mail Address\tFirstName\na@example.org\tAda\nb@example.org\tBo",
        "\ufeffemail,first_name\r\na@example.org,Ada\r\nb@example.org,Bo\r\n",
        "email,first_name\ra@example.org,Ada\rb@example.org,Bo\r",
        'id,"first_name","email",city\n1,"Ada","a@example.org","New York, NY"\n2,Bo,b@example.org,\n',
        "\n\nemail,first_name\n\na@example.org,Ada\n , \nb@example.org,Bo\n\n",
    ],
)
def test_files_as_people_have_them_give_the_same_rows(text: str) -> None:
    assert rows(text) == [("a@example.org", "Ada"), ("b@example.org", "Bo")]


@pytest.mark.parametrize(
    "text",
    ["a@example.org\nb@example.org\n", "\ufeffa@example.org\r\nb@example.org", "email\na@example.org\nb@example.org"],
)
def test_a_bare_list_needs_no_header(text: str) -> None:
    assert rows(text) == [("a@example.org", ""), ("b@example.org", "")]


def test_a_file_with_nothing_in_it_has_no_rows() -> None:
    assert rows("") == rows("\n \n") == rows("\ufeff") == rows("email,first_name\n") == []


def test_a_row_that_is_too_short_has_no_address() -> None:
    assert rows("first_name,email\nAda\n") == [("", "Ada")]


@pytest.mark.parametrize("text", ["a@example.org,Ada\nb@example.org,Bo\n", "name,city\nAda,Rome\n"])
def test_several_columns_without_a_header_are_not_guessed_at(text: str) -> None:
    with pytest.raises(BadInput, match="line 1: has no column “email”"):
        rows(text)


def test_a_row_is_named_by_the_line_it_begins_on() -> None:
    text = 'email,note\na@example.org,"one\ntwo\n"\nb@example.org,\n\nc@example.org,"x"y\nd@example.org,'
    found = list(read_records(text.splitlines(keepends=True)))
    assert [record.line for record in found] == [2, 5, 7, 8]
    assert found[2] == MalformedRow(7, "The quotation marks do not match.")


@pytest.mark.parametrize("lines_after", [0, 5, 500, 20_000])
def test_a_quotation_mark_that_is_never_closed_is_named_and_swallows_nothing_silently(lines_after: int) -> None:
    text = 'email\na@example.org\n"b@example.org\n' + "c@example.org\n" * lines_after
    with pytest.raises(BadInput, match="line 3: has an opening quotation mark"):
        rows(text)


def test_a_quotation_mark_closed_far_below_is_named_too() -> None:
    text = 'email\n"a@example.org\n' + "c@example.org\n" * 300 + '"\nd@example.org\n'
    with pytest.raises(BadInput, match="line 2: has an opening quotation mark"):
        rows(text)


def test_a_guard_against_formulas_is_taken_off() -> None:
    assert rows("email,first_name\n'+a@example.org,'=Ada\no'hara@example.org,'t\n") == [
        ("+a@example.org", "=Ada"),
        ("o'hara@example.org", "'t"),
    ]


def test_utf8_with_and_without_a_mark_is_decoded() -> None:
    for data in ("email\nzoë@example.org\n".encode(), "email\nzoë@example.org\n".encode("utf-8-sig")):
        assert list(decode_lines(io.BytesIO(data))) == ["email\n", "zoë@example.org\n"]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("email,first_name\na@example.org,Ada\nb@example.org,Zoë\n".encode("latin-1"), 3),
        ("a@example.org\n".encode("utf-16"), 1),
        (b"a@example.org\n" * 9000 + b"\xff@example.org\n", 9001),
    ],
)
def test_another_encoding_is_refused_by_line(data: bytes, line: int) -> None:
    with pytest.raises(BadInput, match=f"line {line}: is not in UTF-8"):
        list(decode_lines(io.BytesIO(data)))


def test_a_row_beyond_measure_is_refused_by_its_line() -> None:
    assert rows(f"email\na@example.org\n{'x' * (MAX_ROW_CHARS - 1)}\n") == [("a@example.org", ""), ("x" * 99_999, "")]
    for text in ("x" * (MAX_ROW_CHARS + 1), '"' + "x\n" * 60 + "y" * MAX_ROW_CHARS + '"\nb@example.org\n'):
        with pytest.raises(BadInput, match=r"line 3: is too long\. A row can have at most 100,000 characters\."):
            rows(f"email\na@example.org\n{text}")


def test_a_row_of_very_many_cells_is_refused_by_its_line() -> None:
    assert len(rows(f"email{',note' * (MAX_CELLS - 1)}\na@example.org\n")) == 1
    with pytest.raises(BadInput, match=r"line 2: has 1,002 cells\. Remove columns: a row can have at most 1,000\."):
        rows(f"email,first_name\na@example.org{',' * (MAX_CELLS + 1)}\n")


def test_a_file_without_line_breaks_is_not_read_at_once() -> None:
    file = io.BytesIO(b"email\n" + b"x" * 5_000_000)
    with pytest.raises(BadInput, match="line 2: is too long"):
        list(read_records(decode_lines(file)))
    assert file.tell() < 1_000_000


@given(st.text("ab@.,;\t\"'\r\n=+ \x00é", max_size=80))
def test_any_text_is_read_or_refused_by_line(text: str) -> None:
    found, refused = [], "line 1"
    try:
        found = list(read_records(io.StringIO(text, newline="")))
    except BadInput as error:
        refused = error.field
    assert refused.startswith("line ")
    assert [record.line for record in found] == sorted({record.line for record in found})
