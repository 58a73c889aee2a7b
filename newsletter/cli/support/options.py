"""Options that many commands share, said once."""

from typing import Annotated

import typer

Publication = Annotated[
    str,
    typer.Option(
        "--publication",
        "-p",
        metavar="SLUG",
        help="Which publication. Not needed when there is only one.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="EMAIL",
        help="Who says so: a person who works here. Not needed when only one person may.",
        show_default=False,
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="WORDS", help="Why; it is shown and kept.")]
StoryId = Annotated[int, typer.Argument(metavar="STORY", help="The story's number, as in `stories list`.")]
AppealId = Annotated[int, typer.Argument(metavar="APPEAL", help="The appeal's number, as in `appeals list`.")]
EditionId = Annotated[int, typer.Argument(metavar="EDITION", help="The edition's number, as in `editions list`.")]
Thanks = Annotated[bool, typer.Option("--thanks", help="The letter that thanks those who gave lately.")]
