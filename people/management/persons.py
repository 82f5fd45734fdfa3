"""What commands about one person share."""

from django.core.management import CommandError, CommandParser

from people.models import Person


def add_arguments(parser: CommandParser) -> None:
    """Ask for the address and the reason."""
    parser.add_argument("email", help="the address that they sign in with")
    parser.add_argument("--reason", required=True, help="why: staff of their networks read it in the history")


def person_of(email: str) -> Person:
    """Return the person with the address, or end with a sentence."""
    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        raise CommandError(f"Nobody signs in with {email}.")
    return person
