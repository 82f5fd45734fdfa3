"""manage.py backup [FILE or FOLDER]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from iocn.operations import backups


class Command(BaseCommand):
    """Write all that IOCN holds into one file, while it runs."""

    help = "Write all that IOCN holds into one file, readable by its owner alone; IOCN may run meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            nargs="?",
            default=".",
            type=Path,
            help="the file, or the folder for a file named by the time",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["file"]
        if file.is_dir():
            file /= f"iocn-{timezone.localtime():%Y-%m-%d-%H%M%S}.backup"
        try:
            backups.make(file)
        except backups.Trouble as trouble:
            raise CommandError(str(trouble)) from trouble
        self.stdout.write(f"Wrote {file} ({file.stat().st_size:,} bytes). Keep it as safe as the database.")
