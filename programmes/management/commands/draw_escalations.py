"""Draw the states of an ask into docs/escalations.md."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from programmes.escalations.states import diagram

PAGE = Path(settings.BASE_DIR) / "docs" / "escalations.md"


def with_diagram(page: str) -> str:
    """Return the page with the diagram as MOVES say it now."""
    return re.sub(r"(?s)```mermaid\n.*?```", lambda _found: f"```mermaid\n{diagram()}\n```", page, count=1)


class Command(BaseCommand):
    help = "Draws the states of an ask, as MOVES say them, into docs/escalations.md."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rewrite the page's diagram."""
        PAGE.write_text(with_diagram(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        self.stdout.write(f"Drawn into {PAGE.name}.")
