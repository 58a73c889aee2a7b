"""The WSGI application that the web servers serve."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
application = get_wsgi_application()

from newsletter.web.site import page_failures  # noqa: E402 — Django must be ready first

page_failures.connect()
