"""Options and arguments that several commands share."""

from typing import Annotated

import typer

Publication = Annotated[
    str,
    typer.Option(
        "--publication",
        "-p",
        metavar="SLUG",
        help="Publication. Optional when there is only one.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Skip confirmation.")]
By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="EMAIL",
        help="Staff member responsible, by email address. Optional when only one person has permission.",
        show_default=False,
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Reason, shown on the pages and stored.")]
StoryId = Annotated[int, typer.Argument(metavar="STORY", help="Story number, from `stories list`.")]
AppealId = Annotated[int, typer.Argument(metavar="APPEAL", help="Appeal number, from `appeals list`.")]
FeedId = Annotated[int, typer.Argument(metavar="FEED", help="Feed number, from `feeds list`.")]
SegmentId = Annotated[int, typer.Argument(metavar="SEGMENT", help="Segment number, from `segments list`.")]
EditionId = Annotated[int, typer.Argument(metavar="EDITION", help="Edition number, from `editions list`.")]
Plain = Annotated[bool, typer.Option("--plain", help="Use the version without appeal, for readers who chose that.")]
Thanks = Annotated[bool, typer.Option("--thanks", help="Use the thank-you version for recent donors.")]
