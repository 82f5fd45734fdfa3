"""Loaded before Django reads its settings (`-p tests.environment` in pyproject.toml)."""

import atexit
import os
import shutil
import tempfile

os.environ["IOCN_MODE"] = "test"
# A folder of this run alone: not the demonstration's, nor that of tests running beside. What xdist starts
# inherits it.
if "IOCN_VAR" not in os.environ:
    os.environ["IOCN_VAR"] = tempfile.mkdtemp(prefix="iocn-test-")
    atexit.register(shutil.rmtree, os.environ["IOCN_VAR"], ignore_errors=True)
# Playwright's own loop runs in the test's thread, which Django would otherwise take for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
