"""The WSGI application that the web servers serve."""

import os

from django.core.wsgi import get_wsgi_application

from newsletter.lib.memory_arena import use_one_memory_arena

use_one_memory_arena()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
application = get_wsgi_application()
