"""`manage.py reactivate_person EMAIL --reason "..."`: for the operator, who alone acts over all networks."""

from typing import Any

from django.core.management import BaseCommand, CommandParser

from people import actions
from people.management.persons import add_arguments, person_of


class Command(BaseCommand):
    """Let a person sign in again."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["email"])
        actions.reactivate_person(person=person, reason=options["reason"])
        self.stdout.write(f"{person.email} can sign in again. The history of each of their networks says so.")
