"""`manage.py deactivate_person EMAIL --reason "..."`: for the operator, who alone acts over all networks."""

from typing import Any

from django.core.management import BaseCommand, CommandParser

from people import actions
from people.management.persons import add_arguments, person_of


class Command(BaseCommand):
    """End a person’s sign-in in all networks, at once."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["email"])
        actions.deactivate_person(person=person, reason=options["reason"])
        self.stdout.write(
            f"{person.email} can no longer sign in. The history of each of their networks says so."
        )
