"""Reading a file of members: what each row would do, and what is wrong with it. Writes nothing.

actions/imports.py makes the same plan again inside its transaction and acts on it.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from iocn.shared.free_text import refuse_patient_identifiers
from iocn.shared.tables import Table, TableRow, match_columns
from people.models import Level, Membership, Network, Organisation, Post
from people.permissions import Role

# Our columns, and the other names they go by.
COLUMNS: dict[str, tuple[str, ...]] = {
    "email": ("e-mail address", "mail", "work email", "work e-mail address", "email id", "e mail"),
    "name": ("full name", "display name", "person", "member", "contact", "first and last name"),
    "organisation": ("organization", "employer", "org", "ods code", "organisation code", "trust", "company"),
    "level": ("seniority", "grade level", "position level"),
    "job_title": ("job", "title", "position", "post", "job role", "role title"),
    "role": ("roles", "network role", "permissions"),
}
LABELS = {
    "email": "E-mail address",
    "name": "Name",
    "organisation": "Organisation",
    "level": "Level",
    "job_title": "Job title",
    "role": "Role in the network",
}
REQUIRED = ("email", "name")
OPTIONAL = ("role",)


class Outcome(StrEnum):
    """What a row would do; the values are the words on the page."""

    WRONG = "Wrong"
    ADD = "Add"
    AGAIN = "Invite again"
    CHANGE = "Change"
    NOTHING = "Nothing to do"


@dataclass
class PlannedRow:
    """One row of the file: what it says, what it would do, what is wrong with it."""

    line: int
    email: str
    name: str
    organisation: Organisation | None = None
    level: str = ""
    job_title: str = ""
    roles: tuple[str, ...] = ()
    errors: list[str] = field(default_factory=list)
    # What would change: (label, from, to).
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    note: str = ""
    membership: Membership | None = None

    @property
    def outcome(self) -> Outcome:
        """What the row would do."""
        if self.errors:
            return Outcome.WRONG
        if self.membership is None:
            return Outcome.ADD
        if self.membership.closed_at:
            return Outcome.AGAIN
        return Outcome.CHANGE if self.changes else Outcome.NOTHING

    @property
    def facts(self) -> str:
        """The row's post and roles in a line."""
        parts = [
            self.job_title,
            self.organisation.name if self.organisation else "",
            Level(self.level).label if self.level else "",
            ", ".join(Role(role).label for role in self.roles),
        ]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Plan:
    """What a file would do."""

    rows: list[PlannedRow]

    @property
    def counts(self) -> Counter[Outcome]:
        """How many rows do what."""
        return Counter(row.outcome for row in self.rows)

    @property
    def is_right(self) -> bool:
        """Whether no row is wrong, so that it may be confirmed."""
        return not any(row.errors for row in self.rows)

    @property
    def writes(self) -> int:
        """How many rows would write something."""
        return sum(row.outcome not in (Outcome.WRONG, Outcome.NOTHING) for row in self.rows)

    @property
    def fingerprint(self) -> str:
        """Stands for what the person saw: another plan has another one."""
        seen = [
            (row.line, row.email, row.name, row.facts, row.outcome, row.changes, row.errors)
            for row in self.rows
        ]
        return hashlib.sha256(repr(seen).encode()).hexdigest()


def matched(table: Table) -> dict[str, str]:
    """Return which heading is which of our columns, as far as their names tell."""
    return match_columns(table.headings, COLUMNS)


def is_complete(columns: Mapping[str, str]) -> bool:
    """Whether every column that a file should have has been found, so that nobody needs to choose."""
    return all(key in columns for key in COLUMNS if key not in OPTIONAL)


def make_plan(network: Network, table: Table, columns: Mapping[str, str]) -> Plan:
    """Return what each row would do in the network. The number of queries does not depend on the rows."""
    organisations = _organisations(network)
    rows = [_read(row, columns, organisations) for row in table.rows]
    _find_doubles(rows)
    _compare(network, rows)
    return Plan(rows)


def _organisations(network: Network) -> dict[str, Organisation]:
    """Return the current organisations by name and by ODS code, in small letters."""
    found = {}
    for organisation in network.organisations.current():
        organisation.network = network
        found[organisation.name.casefold()] = organisation
        if organisation.ods_code:
            found[organisation.ods_code.casefold()] = organisation
    return found


# --- One row by itself ----------------------------------------------------------------------------------


def _read(row: TableRow, columns: Mapping[str, str], organisations: Mapping[str, Organisation]) -> PlannedRow:
    cells = {key: row.cells.get(columns.get(key, ""), "") for key in COLUMNS}
    unreadable = row.errors_in(columns.values())
    email = cells["email"] if unreadable else cells["email"].lower()
    read = PlannedRow(row.line, email, cells["name"], job_title=cells["job_title"])
    read.errors += unreadable
    _refuse_nhs_numbers(row, read)
    # A row that could not even be read is said once, not once more for each cell that makes no sense.
    if not unreadable:
        _check_person(read)
        _check_post(read, cells, organisations)
        _check_roles(read, cells["role"])
    return read


def _refuse_nhs_numbers(row: TableRow, read: PlannedRow) -> None:
    for heading, cell in row.cells.items():
        try:
            refuse_patient_identifiers(cell)
        except ValidationError as error:
            read.errors.append(f"{heading}: {error.messages[0]}")


def _check_person(read: PlannedRow) -> None:
    if not read.email:
        read.errors.append("The e-mail address is missing.")
    else:
        try:
            validate_email(read.email)
        except ValidationError:
            read.errors.append(f"“{read.email}” is not an e-mail address.")
        else:
            if len(read.email) > 254:
                read.errors.append("The e-mail address is longer than 254 characters.")
    if not read.name:
        read.errors.append("The name is missing.")
    for label, text in (("name", read.name), ("job title", read.job_title)):
        if len(text) > 120:
            read.errors.append(f"The {label} is longer than 120 characters.")


def _check_post(
    read: PlannedRow, cells: Mapping[str, str], organisations: Mapping[str, Organisation]
) -> None:
    if cells["organisation"]:
        read.organisation = organisations.get(cells["organisation"].casefold())
        if read.organisation is None:
            read.errors.append(
                f"There is no organisation “{cells['organisation']}” in this network, neither by name nor by ODS"
                " code. Add it first, or put the row right."
            )
    if cells["level"]:
        read.level = _LEVELS.get(_plain(cells["level"]), "")
        if not read.level:
            read.errors.append(f"“{cells['level']}” is no level. Write one of: {', '.join(Level.labels)}.")
    if cells["organisation"] and not cells["level"]:
        read.errors.append(f"The level is missing. Write one of: {', '.join(Level.labels)}.")
    if not cells["organisation"] and (cells["level"] or cells["job_title"]):
        read.errors.append("The organisation of the post is missing.")


def _check_roles(read: PlannedRow, cell: str) -> None:
    roles = []
    for word in filter(None, (part.strip() for part in re.split(r"[,;/|]", cell))):
        if role := _ROLES.get(_plain(word)):
            roles.append(role)
        else:
            read.errors.append(f"“{word}” is no role. Write one of: {', '.join(Role.labels)}.")
    read.roles = tuple(roles)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.casefold())


_LEVELS = {_plain(word): level for level, label in Level.choices for word in (level, label)} | {
    "seniorleaders": Level.TOP,
    "middlemanager": Level.MIDDLE,
    "citizenpartner": Level.CITIZEN,
}
_ROLES = {_plain(word): role for role, label in Role.choices for word in (role, label)}


# --- Rows beside each other, and beside the network -------------------------------------------------------


def _find_doubles(rows: list[PlannedRow]) -> None:
    lines = defaultdict(list)
    for row in rows:
        if row.email:
            lines[row.email].append(row.line)
    for row in rows:
        others = [str(line) for line in lines[row.email] if line != row.line] if row.email else []
        if others:
            where = f"line {others[0]}" if len(others) == 1 else f"lines {', '.join(others)}"
            row.errors.append(f"{row.email} is also in {where}. Leave one row for each person.")


def _compare(network: Network, rows: list[PlannedRow]) -> None:
    """Find what the network knows already. All its memberships are read in one query, whatever the file holds."""
    wanted = {row.email for row in rows}
    members = network.memberships.select_related("person").with_roles()
    known = {member.person.email: member for member in members.iterator() if member.person.email in wanted}
    main_posts = {
        post.membership_id: post
        for post in Post.objects.filter(membership__network=network, is_main=True).select_related(
            "organisation"
        )
    }
    for row in rows:
        member = row.membership = known.get(row.email)
        if member is None or member.closed_at:
            row.roles = row.roles or _usual_roles(row)
            continue
        row.changes = _changes(row, member, main_posts.get(member.pk))
        row.note = _note(row, member)


def _usual_roles(row: PlannedRow) -> tuple[str, ...]:
    """Return the roles of a row that names none. A citizen partner gets no more than they are invited for."""
    return (Role.CITIZEN_PARTNER,) if row.level == Level.CITIZEN else (Role.MEMBER,)


def _changes(row: PlannedRow, member: Membership, main: Post | None) -> list[tuple[str, str, str]]:
    changes = []
    if not member.joined_at and row.name != member.name:
        changes.append(("Name", member.name, row.name))
    if row.organisation and (main is None or main.organisation_id != row.organisation.pk):
        changes.append(("Organisation", main.organisation.name if main else "", row.organisation.name))
    if row.level and (main is None or main.level != row.level):
        changes.append(("Level", main.get_level_display() if main else "", Level(row.level).label))
    if row.job_title and (main is None or main.job_title != row.job_title):
        changes.append(("Job title", main.job_title if main else "", row.job_title))
    return changes


def _note(row: PlannedRow, member: Membership) -> str:
    notes = []
    if member.joined_at and row.name != member.name:
        notes.append(f"The name stays {member.name}: only they change it.")
    if row.roles and set(row.roles) != set(member.roles):
        notes.append("The roles stay as they are: change them on the member’s page.")
    row.roles = ()
    return " ".join(notes)
