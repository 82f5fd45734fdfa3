"""`make reset`: delete what the demonstration keeps, after asking."""

import shutil
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError


class Command(BaseCommand):
    """Empty the demonstration's folder: database, e-mail, waiting work."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(f"`reset` is for the demonstration only, but IOCN_MODE is {settings.MODE}.")
        self.stdout.write(
            f"This deletes everything that was entered, in {settings.VAR}. Stop `make run` first."
        )
        try:
            answer = input("Type yes to delete it: ")
        except EOFError:
            answer = ""
        if answer.strip().lower() != "yes":
            raise CommandError("Nothing was deleted.")
        for path in settings.VAR.iterdir():
            # Only what is ours: somebody may have pointed IOCN_VAR at a folder that holds more.
            if path.is_dir() and path.name in ("broker", "outbox"):
                shutil.rmtree(path)
            elif path.is_file() and path.name.startswith(("iocn.sqlite3", "beat", "secret")):
                path.unlink()
        self.stdout.write("Deleted. `make run` begins anew.")
