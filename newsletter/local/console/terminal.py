"""What the person who started the house sees: sentences, and a progress bar where there is a real terminal.

A terminal that has gone away stops nothing: letters that are leaving do not depend on somebody watching.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn


class Terminal:
    def __init__(self) -> None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")  # a terminal without our quotation marks must not end the house
        self.console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def say(self, sentence: str, *, style: str = "") -> None:
        """One line, above the bar if there is one."""
        with suppress(OSError, ValueError):
            self.console.print(sentence, style=style or None)

    def show(self, words: str, done: float, total: float) -> None:
        """Set the bar, making it first where there is none. Nothing where lines go to a file."""
        if not self.console.is_terminal or self.console.is_dumb_terminal:
            return
        with suppress(OSError, ValueError):
            if self._bar is None:
                columns = (SpinnerColumn(), BarColumn(bar_width=40), TextColumn("{task.description}", markup=False))
                self._bar = Progress(*columns, console=self.console, transient=True, refresh_per_second=4)
                self._task = self._bar.add_task(words, total=total)
                self._bar.start()
            self._bar.update(self._task, description=words, completed=done, total=total)

    def clear(self) -> None:
        """Take the bar away."""
        bar, self._bar = self._bar, None
        if bar:
            with suppress(OSError, ValueError):
                bar.stop()


@contextmanager
def terminal() -> Iterator[Terminal]:
    """A terminal whose bar is gone and whose cursor is back when the block ends."""
    made = Terminal()
    try:
        yield made
    finally:
        made.clear()
