"""manage.py restore FILE [--replace]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from iocn.operations import backups


class Command(BaseCommand):
    """Put back what `manage.py backup` wrote; all or nothing."""

    help = "Put a backup into the database; all or nothing. Stop web, worker and beat before."
    # It also has to run where the database is empty or broken.
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument(
            "--replace", action="store_true", help="even if the database holds something, which is then lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = backups.restore(options["file"], replace=options["replace"])
        except backups.Trouble as trouble:
            raise CommandError(str(trouble)) from trouble
        self.stdout.write(
            f"All is as it was on {timezone.localtime(manifest.at):%-d %B %Y at %H:%M}."
            " Run `manage.py migrate`, then start web, worker and beat."
        )
