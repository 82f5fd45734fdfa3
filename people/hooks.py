"""What rooms above do for this one, without being imported: they append in their AppConfig.ready()."""

from collections.abc import Callable

from django.db.models import QuerySet

from people.models import Absence, Membership, Network

# Called by close_membership inside its transaction, as hook(membership, by): pass on what waits on them.
membership_closing: list[Callable[[Membership, Membership | None], None]] = []

# Called by set_roles inside its transaction, as hook(membership, by): end what their roles no longer allow.
roles_set: list[Callable[[Membership, Membership | None], None]] = []

# Called by set_roles when somebody stops being a leader, as hook(membership, by): asks need another owner.
leader_role_ending: list[Callable[[Membership, Membership | None], None]] = []

# Called as hook(network) inside the action that changes when a network works: times that follow from it change.
calendar_changed: list[Callable[[Network], None]] = []

# Called as hook(absence, by) when an absence in which somebody stands in has begun (inside the action that enters
# it, or that of a clock on its first day, by nobody) and when it is ended early after that. Not when it ends with the
# leader's role or membership: then the hooks above have passed on what waited on them.
absence_changed: list[Callable[[Absence, Membership | None], None]] = []

# Called as hook(membership): whom they meet in their own projects' teams, as memberships.
teammates: list[Callable[[Membership], QuerySet[Membership]]] = []
