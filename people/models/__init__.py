"""Who exists and what they may do."""

from people.models.members import (
    Mandate,
    Membership,
    MembershipQuerySet,
    Person,
    PersonManager,
    Post,
    PostQuerySet,
    Remit,
    RoleHeld,
)
from people.models.places import (
    RESERVED_SLUGS,
    ClosedDay,
    Counter,
    Domain,
    Level,
    Network,
    Organisation,
    OrganisationQuerySet,
)
from people.models.sign_ins import SignIn, SignInQuerySet
from people.models.standing_in import Absence, AbsenceQuerySet, Delegate, DelegateQuerySet
from people.models.waiting import (
    Message,
    StaffTask,
    Upload,
)

__all__ = [
    "RESERVED_SLUGS",
    "Absence",
    "AbsenceQuerySet",
    "ClosedDay",
    "Counter",
    "Delegate",
    "DelegateQuerySet",
    "Domain",
    "Level",
    "Mandate",
    "Membership",
    "MembershipQuerySet",
    "Message",
    "Network",
    "Organisation",
    "OrganisationQuerySet",
    "Person",
    "PersonManager",
    "Post",
    "PostQuerySet",
    "Remit",
    "RoleHeld",
    "SignIn",
    "SignInQuerySet",
    "StaffTask",
    "Upload",
]
