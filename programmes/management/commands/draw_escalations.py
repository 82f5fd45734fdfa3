"""Draw the states of an ask, and who is told of which step, into docs/escalations.md."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from programmes.escalations import news
from programmes.escalations.states import diagram

PAGE = Path(settings.BASE_DIR) / "docs" / "escalations.md"


MAIL_TABLE = re.compile(r"(?s)(?<=## Who is told by e-mail\n\n)\|.*?(?=\n\n)")


def drawn(page: str) -> str:
    """Return the page with the diagram and the table as the code says them now."""
    page = re.sub(r"(?s)```mermaid\n.*?```", lambda _found: f"```mermaid\n{diagram()}\n```", page, count=1)
    return MAIL_TABLE.sub(lambda _found: news.table(), page)


class Command(BaseCommand):
    help = "Draws the states of an ask, and who is told of which step, into docs/escalations.md."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rewrite the page's diagram and table."""
        PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        self.stdout.write(f"Drawn into {PAGE.name}.")
