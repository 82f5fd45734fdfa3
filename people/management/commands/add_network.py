"""manage.py add_network larkton "Larkton Health and Care" --staff jo@example.org --staff-name "Jo Bell" """

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from people import actions, invitations
from people.messages import absolute
from people.permissions import Role


class Command(BaseCommand):
    """Create a network and invite its first staff member."""

    help = "Create a network and invite its first staff member; prints the invitation's link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its address: /SLUG/")
        parser.add_argument("name", help="its own name, as pages show it")
        parser.add_argument("--staff", required=True, help="e-mail address of the first staff member")
        parser.add_argument("--staff-name", required=True, help="their name")
        parser.add_argument(
            "--time-zone",
            default="Europe/London",
            help="where its days begin, such as Europe/London (the default)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["staff"])
            with transaction.atomic():
                network = actions.create_network(
                    slug=options["slug"], name=options["name"], time_zone=options["time_zone"]
                )
                staff = actions.invite_member(
                    by=None,
                    network=network,
                    email=options["staff"],
                    name=options["staff_name"],
                    roles=[Role.STAFF],
                )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{network.name} is at {absolute(f'/{network.slug}/')}")
        self.stdout.write(f"{staff.name} is invited: {absolute(invitations.path(staff))}")
