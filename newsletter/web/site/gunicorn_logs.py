"""Logger class for gunicorn in docker-compose.yml: same format as all other logs, without readers' tokens.

gunicorn --logger-class=newsletter.web.site.gunicorn_logs.Logger …
"""

from typing import Any

from gunicorn.glogging import Logger as GunicornLogger

from newsletter.lib.logging_config import LINE, LineFormatter


class Logger(GunicornLogger):  # type: ignore[misc]  # gunicorn has no type hints
    """Gunicorn's logger with our line format."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(LineFormatter(LINE))
