"""Terminal output of `newsletter run`: sentences, and a progress bar on a real terminal.

A closed terminal stops nothing: sending does not depend on it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn


class Terminal:
    """Standard output, with a progress bar below it."""

    def __init__(self) -> None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")  # a terminal without typographic quotes must not stop the services
        self.console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def say(self, sentence: str, *, style: str = "") -> None:
        """Print one line, above the bar if there is one."""
        with suppress(OSError, ValueError):
            self.console.print(sentence, style=style or None)

    def show(self, label: str, done: float, total: float) -> None:
        """Set the bar, creating it if needed. Does nothing when the output is a file."""
        if not self.console.is_terminal or self.console.is_dumb_terminal:
            return
        with suppress(OSError, ValueError):
            if self._bar is None:
                columns = (SpinnerColumn(), BarColumn(bar_width=40), TextColumn("{task.description}", markup=False))
                self._bar = Progress(*columns, console=self.console, transient=True, refresh_per_second=4)
                self._task = self._bar.add_task(label, total=total)
                self._bar.start()
            self._bar.update(self._task, description=label, completed=done, total=total)

    def clear(self) -> None:
        """Remove the bar."""
        bar, self._bar = self._bar, None
        if bar:
            with suppress(OSError, ValueError):
                bar.stop()


@contextmanager
def terminal() -> Iterator[Terminal]:
    """Yield a terminal; at the end of the block its bar is removed and its cursor restored."""
    made = Terminal()
    try:
        yield made
    finally:
        made.clear()
