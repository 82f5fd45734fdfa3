"""Loaded before Django reads its settings (`-p tests.environment` in pyproject.toml)."""

import os

os.environ["IOCN_MODE"] = "test"
# Playwright's own loop runs in the test's thread, which Django would otherwise take for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
