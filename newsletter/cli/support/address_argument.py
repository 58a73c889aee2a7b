"""The argument of commands about one person: an address, or - to read it from stdin."""

from typing import Annotated

import typer

from newsletter.cli.support import input_files
from newsletter.lib.errors import BadInput

Address = Annotated[
    str,
    typer.Argument(
        metavar="ADDRESS", help="Email address; - reads it from stdin, which keeps it out of the shell history."
    ),
]


def read_address(address: str) -> str:
    """Return the address that was given as an argument or on stdin."""
    if address != "-":
        return address
    addresses = input_files.read_text("-").split()
    if len(addresses) != 1:
        raise BadInput("address", "is not one address.", "Give exactly one on stdin.")
    return addresses[0]
