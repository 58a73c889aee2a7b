"""newsletter snippets: blocks that a publication prints in its emails while they run."""

from __future__ import annotations  # models are imported inside, once Django is set up

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.support import datetimes, field_assignments, input_files, json_shapes, lookups, output
from newsletter.cli.support.options import By, Json, Publication
from newsletter.cli.support.typer_app import Commands

if TYPE_CHECKING:
    from newsletter.accounts.models import User
    from newsletter.editions.snippet_models import Snippet

FIXED = frozenset({"id", "publication", "picture", "created_at"})
SnippetId = Annotated[int, typer.Argument(metavar="SNIPPET", help="Snippet number, from `snippets list`.")]
Assignments = Annotated[
    list[str], typer.Argument(metavar="NAME=VALUE…", help="Fields to set, named as in `snippets show --json`.")
]

app = Commands(help="Manage blocks printed between the stories of emails.")


class SnippetPlaceOption(StrEnum):
    """The values of `editions.snippet_models.SnippetPlace`, which cannot be imported before Django is set up."""

    START = "start"
    AFTER = "after"
    END = "end"


@app.command()
def add(
    *,
    name: Annotated[str, typer.Option(help="Internal name; readers do not see it.")],
    publication: Publication = "",
    title: Annotated[str, typer.Option(help="Heading of the block.", show_default=False)] = "",
    body: Annotated[
        str,
        typer.Option(metavar="TEXT", help="Paragraphs separated by blank lines, or simple HTML.", show_default=False),
    ] = "",
    body_file: Annotated[
        str, typer.Option(metavar="FILE", help="Read the text from a file; - is stdin.", show_default=False)
    ] = "",
    url: Annotated[str, typer.Option(help="Link of the title.", show_default=False)] = "",
    place: Annotated[SnippetPlaceOption, typer.Option(help="Position in the email.")] = SnippetPlaceOption.END,
    story: Annotated[int, typer.Option(min=1, help="With --place after: after which story, counted from 1.")] = 1,
    starts: Annotated[str, typer.Option(metavar="DATE", help="First day: 2026-12-01.", show_default=False)] = "",
    ends: Annotated[str, typer.Option(metavar="DATE", help="Last day.", show_default=False)] = "",
    by: By = "",
    json: Json = False,
) -> None:
    """Add a snippet.

    Each email prints the snippets that run on its day.

    Example: newsletter snippets add --name events --title "This week" --body-file events.txt --ends 2026-12-06
    """
    from newsletter.editions import edit_snippet
    from newsletter.stories.rich_text import typed_text

    target = lookups.publication(publication)
    made = edit_snippet.create_snippet(
        target,
        name=name,
        title=title,
        body=typed_text.to_body(input_files.read_text(body_file) if body_file else body),
        url=url,
        place=place.value,
        story_number=story,
        starts_on=datetimes.parse_date(starts, field="--starts") if starts else None,
        ends_on=datetimes.parse_date(ends, field="--ends") if ends else None,
        by=_person(by, target.pk),
    )
    _show(made, json=json)


@app.command("list")
def list_(
    publication: Publication = "",
    all_: Annotated[bool, typer.Option("--all", help="Include retired snippets.")] = False,
    json: Json = False,
) -> None:
    """List snippets, in the order in which emails print those at one place."""
    from newsletter.editions.snippet_models import Snippet

    rows = Snippet.objects.filter(publication=lookups.publication(publication)).select_related("publication")
    found = list(rows if all_ else rows.filter(is_active=True))
    if json:
        output.print_json([json_shapes.snippet(snippet) for snippet in found])
        return
    output.print_table(
        ["snippet", "name", "title", "from", "to", "position", "active"],
        [[s.pk, s.name, s.title, s.starts_on, s.ends_on, _position(s), s.is_active] for s in found],
    )


@app.command()
def show(snippet: SnippetId, json: Json = False) -> None:
    """Show a snippet with its text."""
    _show(lookups.snippet(snippet), json=json)


@app.command("set")
def set_(snippet: SnippetId, assignments: Assignments, by: By = "", json: Json = False) -> None:
    """Change fields of a snippet. An empty value clears the field; is_active=no retires it.

    Example: newsletter snippets set 3 ends_on=2026-12-13 title="Next week"
    """
    from newsletter.editions import edit_snippet
    from newsletter.stories.rich_text import typed_text

    row = lookups.snippet(snippet)

    def value(name: str, text: str) -> Any:
        if name == "body":
            return typed_text.to_body(text)
        return field_assignments.parse_field_value(type(row), name, text, fixed=FIXED)

    changes = field_assignments.parse_assignments(assignments, value, example="ends_on=2026-12-13")
    _show(edit_snippet.update_snippet(row, by=_person(by, row.publication_id), **changes), json=json)


@app.command()
def retire(snippet: SnippetId, by: By = "", json: Json = False) -> None:
    """Retire a snippet. Emails already sent keep it."""
    from newsletter.editions import edit_snippet

    row = lookups.snippet(snippet)
    _show(edit_snippet.update_snippet(row, by=_person(by, row.publication_id), is_active=False), json=json)


def _show(snippet: Snippet, *, json: bool) -> None:
    from newsletter.stories.rich_text import rich_text

    if json:
        output.print_json(json_shapes.snippet(snippet))
        return
    output.print_fields(
        [
            ("snippet", f"{snippet.pk} of {snippet.publication.slug}"),
            ("name", snippet.name),
            ("title", snippet.title),
            ("link", snippet.url),
            ("picture", snippet.picture_alt if snippet.picture else ""),
            ("from", snippet.starts_on),
            ("to", snippet.ends_on),
            ("position", _position(snippet)),
            ("active", snippet.is_active),
        ]
    )
    if snippet.body:
        output.print_text("\n" + output.printable(rich_text.plain(snippet.body)))


def _person(by: str, publication: int) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.APPROVE, publication=publication)


def _position(snippet: Snippet) -> str:
    if snippet.place == SnippetPlaceOption.AFTER:
        return f"after story {snippet.story_number}"
    return "before the first story" if snippet.place == SnippetPlaceOption.START else "after the last story"
