"""`manage.py unlink_organisation_sign_in EMAIL --reason "..."`: for the operator, who alone acts over all networks."""

from typing import Any

from django.core.management import BaseCommand, CommandParser

from people import actions
from people.management.persons import add_arguments, person_of


class Command(BaseCommand):
    """Unlink the account at the organisation’s sign-in that opens a person’s account, such as an old one of theirs."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["email"])
        actions.unlink_organisation_sign_in(person=person, reason=options["reason"])
        self.stdout.write(f"{person.email} is linked to none. The history of each of their networks says so.")
