"""The command line, `newsletter …` or `python -m newsletter …`. What each command does is in `cli/`."""

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process.

    Exit status: 0 done, 1 could not be done (one sentence on stderr says why), 2 the command line
    was not understood, 130 stopped by Ctrl-C. Data goes to stdout, talk to stderr.
    """
    from newsletter.cli.app import app
    from newsletter.cli.support import output, output_streams
    from newsletter.lib.errors import NewsletterError

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    output_streams.prepare()
    try:
        try:
            given = list(sys.argv[1:] if arguments is None else arguments)
            app(args=given or ["--help"], prog_name="newsletter")
        finally:
            sys.stdout.flush()
    except NewsletterError as error:
        output.print_note(output.shortened(str(error)))
        sys.exit(1)
    except BrokenPipeError:  # whoever read our output has gone
        output_streams.silence_output()
        sys.exit(1)
    except OSError as error:
        if not output_streams.is_output_error(error):
            raise
        output_streams.silence_output()
        sys.stderr.write(f"The output cannot be written ({error.strerror}).\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
