"""Entry point of the command line: `newsletter …` or `python -m newsletter …`. The commands are in `cli/`."""

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit the process.

    Exit status: 0 success, 1 failure with one sentence on stderr, 2 invalid usage, 130 interrupted by Ctrl-C.
    Data goes to stdout; notes and questions go to stderr.
    """
    from newsletter.cli.app import app
    from newsletter.cli.support import output, output_streams
    from newsletter.lib.errors import NewsletterError

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    output_streams.prepare()
    try:
        try:
            args = list(sys.argv[1:] if arguments is None else arguments)
            app(args=args or ["--help"], prog_name="newsletter")
        finally:
            sys.stdout.flush()
    except NewsletterError as error:
        output.print_note(output.shorten_long_tokens(str(error)))
        sys.exit(1)
    except BrokenPipeError:  # the reader of the pipe has exited
        output_streams.silence_output()
        sys.exit(1)
    except OSError as error:
        if not output_streams.is_output_error(error):
            raise
        output_streams.silence_output()
        sys.stderr.write(f"Cannot write the output ({error.strerror}).\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
