"""`manage.py remove_second_factor EMAIL --reason "..."`: for the operator, who alone acts over all networks."""

from typing import Any

from django.core.management import BaseCommand, CommandParser

from people import actions
from people.management.persons import add_arguments, person_of


class Command(BaseCommand):
    """Take away the app, passkeys and recovery codes that a person has lost, once you have made sure that it is them."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["email"])
        actions.remove_second_factors(person=person, reason=options["reason"])
        self.stdout.write(
            f"{person.email} signs in with the password alone from now on. The history of each of their networks says so."
        )
