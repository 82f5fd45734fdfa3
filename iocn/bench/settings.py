"""Production's settings, on the bench's own database and with nothing else around it.

Only the bench uses them: no address of iocn.bench exists under iocn.settings. `prepare()` in places.py has
set the environment before.
"""

from iocn.settings import *  # noqa: F403
from iocn.settings import MIDDLEWARE

MIDDLEWARE = ["iocn.bench.counting.count_queries", *MIDDLEWARE]
ROOT_URLCONF = "iocn.bench.urls"
WSGI_APPLICATION = "iocn.bench.wsgi.application"

# No other server takes part: no page that is measured reads the cache, and no worker is woken.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
