"""Reading pasted addresses: who would be enrolled and who invited. Writes nothing.

actions/enrolments.py makes the same plan again inside its transaction and acts on it.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from iocn.shared.free_text import refuse_patient_identifiers
from learning.models import Cohort, Enrolment
from learning.permissions import may_take_part
from people.actions.members import memberships_by_email
from people.models import Membership, RoleHeld
from people.permissions import Role

# More than a cohort ever has.
MOST = 200
_IN_BRACKETS = re.compile(r"([^<>]*)<([^<>]*)>")


class Outcome(StrEnum):
    """What an address would do; the values are the words on the page."""

    WRONG = "Wrong"
    ENROL = "Enrol"
    INVITE = "Invite and enrol"
    AGAIN = "Invite again and enrol"
    NOTHING = "Nothing to do"


@dataclass
class Row:
    """One pasted address."""

    email: str
    name: str
    outcome: Outcome = Outcome.WRONG
    note: str = ""
    membership: Membership | None = None


@dataclass(frozen=True)
class Plan:
    """What pasted addresses would do to a cohort, and how many places are free."""

    rows: list[Row]
    free: int
    problems: list[str] = field(default_factory=list)

    @property
    def enrols(self) -> list[Row]:
        """The rows that would put somebody into the cohort."""
        return [row for row in self.rows if row.outcome not in (Outcome.WRONG, Outcome.NOTHING)]

    @property
    def is_right(self) -> bool:
        """Whether it may be confirmed: no row is wrong, and all fit in."""
        return not self.problems and all(row.outcome != Outcome.WRONG for row in self.rows)

    @property
    def fingerprint(self) -> str:
        """Stands for what the person saw: another plan has another one."""
        seen = [(row.email, row.name, row.outcome, row.note) for row in self.rows]
        return hashlib.sha256(repr((seen, self.problems)).encode()).hexdigest()


def make_plan(cohort: Cohort, text: str) -> Plan:
    """Say what the pasted text would do now."""
    found = list(read(text))
    problems = []
    if not found:
        problems.append("Paste at least one address.")
    if len(found) > MOST:
        problems.append(f"Paste at most {MOST} addresses at once: these are {len(found)}.")
        found = found[:MOST]
    known = memberships_by_email(cohort.network, {email for email, _name in found})
    memberships = {membership.pk: membership for membership in known.values()}
    roles: dict[int, set[str]] = {}
    for pk, role in RoleHeld.objects.filter(membership__in=memberships).values_list("membership", "role"):
        roles.setdefault(pk, set()).add(role)
    for pk, membership in memberships.items():
        membership.roles = frozenset(Role(role) for role in roles.get(pk, ()))
    enrolled = set(Enrolment.objects.now().filter(cohort=cohort).values_list("membership", flat=True))
    rows: list[Row] = []
    before: set[str] = set()
    for email, name in found:
        rows.append(_row(email, name, known.get(email), enrolled, email in before))
        before.add(email)
    plan = Plan(rows, cohort.capacity - len(enrolled), problems)
    if (wanted := len(plan.enrols)) > plan.free:
        places = "1 place is" if plan.free == 1 else f"{max(plan.free, 0)} places are"
        problems.append(
            f"{wanted} people would be enrolled and {places} free in {cohort.name}. Give the cohort more"
            " places, or take some of them out."
        )
    return plan


def _row(email: str, name: str, membership: Membership | None, enrolled: set[int], is_twice: bool) -> Row:
    shown = membership.name if membership else name
    row = Row(email, shown, membership=membership)
    try:
        validate_email(email)
        refuse_patient_identifiers(name)
    except ValidationError as error:
        row.note = (
            error.messages[0] if getattr(error, "code", "") == "nhs_number" else "This is no e-mail address."
        )
        return row
    if len(name) > 120:
        row.note = "Shorten the name to 120 characters."
    elif is_twice:
        row.outcome, row.note = Outcome.NOTHING, "It is in the list above."
    elif membership is None:
        row.outcome, row.note = Outcome.INVITE, "Not in the network yet: gets an invitation by e-mail."
    elif membership.pk in enrolled:
        row.outcome, row.note = Outcome.NOTHING, "In the cohort already."
    elif membership.closed_at:
        row.outcome, row.note = Outcome.AGAIN, "Has left the network: gets a new invitation by e-mail."
    elif not (answer := may_take_part(membership)):
        row.note = answer.reason
    else:
        row.outcome = Outcome.ENROL
        row.note = "" if membership.joined_at else "Invited to the network, has not joined yet."
    return row


def read(text: str) -> Iterator[tuple[str, str]]:
    """Yield each address in the text with its name: one per line, or with commas, semicolons or space between.

    Takes "Name <address>" as mail programs copy it, also "Surname, Name <address>".
    """
    for piece in re.split(r"[;\r\n]+", text):
        rest = piece
        for found in _IN_BRACKETS.finditer(piece):
            before = [part.strip() for part in found[1].split(",") if part.strip()]
            names = []
            for part in before:
                if "@" in part:
                    yield _address(part), _name_from(part)
                else:
                    names.append(part)
            address = _address(found[2])
            yield address, _tidy(names) or _name_from(address)
            rest = piece[found.end() :]
        for part in rest.split(","):
            for one in part.split() if part.count("@") > 1 else [part]:
                if one.strip():
                    yield _address(one), _name_from(one)


def _address(text: str) -> str:
    return text.strip().strip("<>\"'").removeprefix("mailto:").strip().lower()


def _tidy(names: list[str]) -> str:
    """Return "Surname, Name" the other way round, without quotes."""
    cleaned = [name.strip("\"' ") for name in names]
    return " ".join(reversed(cleaned) if len(cleaned) == 2 else cleaned)


def _name_from(address: str) -> str:
    """Return a name made of an address, for want of a better one: ann.quill@… is Ann Quill."""
    words = re.split(r"[._\-+\d]+", _address(address).partition("@")[0])
    return " ".join(word.capitalize() for word in words if word) or _address(address)[:120]
