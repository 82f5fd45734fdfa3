"""Networks and their organisations."""

from collections.abc import Mapping
from datetime import time
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from iocn.shared.history import record, record_many
from iocn.shared.templatetags.components import clock
from people import hooks
from people.actions.staff_list import settle_what_waits
from people.models import RESERVED_SLUGS, Domain, Mandate, Membership, Network, Organisation, StaffTask


@transaction.atomic
def create_network(*, slug: str, name: str, time_zone: str = "Europe/London") -> Network:
    """Create a network. Its address is its slug, so the slug may be no first segment of ours."""
    if slug in RESERVED_SLUGS:
        raise ValidationError(f"“{slug}” is an address of the product’s own. Choose another.")
    if slug != slug.lower():
        raise ValidationError("Write the network’s address in small letters.")
    if time_zone not in available_timezones():
        raise ValidationError(f"“{time_zone}” is no time zone. Write one such as Europe/London.")
    network = Network(slug=slug, name=name, time_zone=time_zone)
    network.full_clean()
    network.save()
    record(by=None, on=network, what="was created", network=network)
    return network


@transaction.atomic
def change_network(
    *,
    by: Membership,
    second_factor_required: bool,
    leaders_see_all_asks: bool,
    compares_organisations: bool = False,
    incident_link: str = "",
    speak_up_link: str = "",
    work_begins: time = time(9),
    work_ends: time = time(17),
) -> None:
    """Change how the network of `by` works."""
    if work_begins >= work_ends:
        raise ValidationError({"work_ends": "Work ends after it begins: choose a later time."})
    network = Network.objects.select_for_update(no_key=True).get(pk=by.network_id)
    wanted = {
        "second_factor_required": second_factor_required,
        "leaders_see_all_asks": leaders_see_all_asks,
        "compares_organisations": compares_organisations,
        "incident_link": incident_link,
        "speak_up_link": speak_up_link,
        "work_begins": work_begins,
        "work_ends": work_ends,
    }
    changed = {name: value for name, value in wanted.items() if value != getattr(network, name)}
    if not changed:
        return
    for name, value in changed.items():
        setattr(network, name, value)
    network.save(update_fields=list(changed))
    lines = [f"{_SETTINGS[name]}: {_in_words(value)}" for name, value in changed.items()]
    record(by=by, on=network, what="changed the network’s settings", text="\n".join(lines), network=network)
    if changed.keys() & {"work_begins", "work_ends"}:
        for hook in hooks.calendar_changed:
            hook(network)


_SETTINGS = {
    "second_factor_required": "staff and leaders sign in with a second step",
    "leaders_see_all_asks": "all leaders see unrestricted asks",
    "compares_organisations": "all members see organisations side by side in how asks are answered",
    "incident_link": "where incidents are reported",
    "speak_up_link": "the Freedom to Speak Up Guardian’s page",
    "work_begins": "work begins",
    "work_ends": "work ends",
}


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, time):
        return clock(value)
    return str(value) or "none"


@transaction.atomic
def add_organisation(*, by: Membership, name: str, kind: str, ods_code: str = "") -> Organisation:
    """Add an organisation to the network of `by`."""
    organisation = Organisation(network_id=by.network_id, name=name.strip(), kind=kind, ods_code=ods_code)
    _refuse_double(organisation)
    organisation.full_clean(exclude=["network"], validate_constraints=False)
    organisation.save()
    record(by=by, on=organisation, what="added the organisation")
    return organisation


@transaction.atomic
def add_organisations(*, by: Membership, names: Mapping[str, str], kind: str) -> dict[str, Organisation]:
    """Add many organisations in one go, each by its ODS code; return them by it.

    One whose name is taken, or unknown, is told apart by its code.
    """
    Network.objects.select_for_update(no_key=True).get(pk=by.network_id)
    there = Organisation.objects.filter(network_id=by.network_id).values_list("name", flat=True)
    taken = {name.casefold() for name in there}
    made = {}
    for code, name in names.items():
        own = name.strip()[:100]
        if not own or own.casefold() in taken:
            own = f"{own} ({code})" if own else code
        taken.add(own.casefold())
        made[code] = Organisation(network_id=by.network_id, name=own, kind=kind, ods_code=code)
    for organisation in made.values():
        organisation.full_clean(exclude=["network"], validate_unique=False, validate_constraints=False)
    Organisation.objects.bulk_create(made.values())
    record_many(by=by, on=made.values(), what="added the organisation")
    return made


@transaction.atomic
def change_organisation(
    *, by: Membership, organisation: Organisation, name: str, kind: str, ods_code: str = ""
) -> Organisation:
    """Change name, kind and ODS code."""
    before = [organisation.name, organisation.get_kind_display(), organisation.ods_code]
    organisation.name, organisation.kind, organisation.ods_code = name.strip(), kind, ods_code
    _refuse_double(organisation)
    organisation.full_clean(exclude=["network"], validate_constraints=False)
    organisation.save(update_fields=["name", "kind", "ods_code"])
    after = [organisation.name, organisation.get_kind_display(), organisation.ods_code]
    changes = [f"{old or '–'} → {new or '–'}" for old, new in zip(before, after, strict=True) if old != new]
    if changes:
        record(by=by, on=organisation, what="changed the organisation", text="\n".join(changes))
    return organisation


def _refuse_double(organisation: Organisation) -> None:
    """Say in a sentence, and at which field, what the database would refuse."""
    Network.objects.select_for_update(no_key=True).get(pk=organisation.network_id)
    others = Organisation.objects.filter(network_id=organisation.network_id).exclude(pk=organisation.pk)
    if others.filter(name__iexact=organisation.name).exists():
        raise ValidationError({"name": f"There is already an organisation called {organisation.name}."})
    if organisation.ods_code and (other := others.filter(ods_code=organisation.ods_code).first()):
        raise ValidationError({"ods_code": f"{organisation.ods_code} is the ODS code of {other.name}."})


@transaction.atomic
def close_organisation(
    *, by: Membership, organisation: Organisation, succeeded_by: Organisation | None = None
) -> None:
    """Close an organisation, perhaps into its successor. Its name stays in the past; posts there go on until
    staff end them, and nobody can be asked through it any more."""
    if organisation.closed_at:
        raise ValidationError(f"{organisation} is closed already.")
    if succeeded_by and (succeeded_by.network_id != by.network_id or succeeded_by.closed_at):
        raise ValidationError("Choose a successor among the network’s organisations.")
    organisation.closed_at, organisation.succeeded_by = timezone.now(), succeeded_by
    organisation.executive_sponsor = None
    organisation.save(update_fields=["closed_at", "succeeded_by", "executive_sponsor"])
    organisation.remits.all().delete()
    for kind in (StaffTask.Kind.SPONSOR, StaffTask.Kind.REMIT):
        for domain in ["", *Domain.values]:
            settle_what_waits(by=by, kind=kind, subject=organisation, domain=domain)
    text = f"{succeeded_by} takes its place." if succeeded_by else ""
    record(by=by, on=organisation, what="closed the organisation", text=text)


@transaction.atomic
def set_executive_sponsor(
    *, by: Membership | None, organisation: Organisation, membership: Membership | None
) -> None:
    """Name the leader who gets what has no remit of its own; None takes the sponsor away."""
    if membership:
        require_leader(membership, organisation)
    if organisation.executive_sponsor_id == (membership.pk if membership else None):
        return
    organisation.executive_sponsor = membership
    organisation.save(update_fields=["executive_sponsor"])
    if membership:
        settle_what_waits(by=by, kind=StaffTask.Kind.SPONSOR, subject=organisation)
        record(by=by, on=organisation, what=f"made {membership} the executive sponsor")
        record(by=by, on=membership, what=f"made them executive sponsor of {organisation}")
    else:
        record(by=by, on=organisation, what="took the executive sponsor away")


def require_leader(membership: Membership, organisation: Organisation) -> None:
    """Refuse whoever is no leader of the organisation's network: an ask must reach somebody who may decide."""
    if organisation.closed_at:
        raise ValidationError(f"{organisation} is closed.")
    leaders = Membership.objects.leaders().filter(network_id=organisation.network_id)
    # Locked, so that nobody closes the membership meanwhile.
    if not leaders.select_for_update(of=["self"]).filter(pk=membership.pk).exists():
        raise ValidationError(f"{membership} is not a leader of this network, or has not joined yet.")


@transaction.atomic
def set_mandate(*, by: Membership, organisation: Organisation, domain: str, text: str) -> Mandate | None:
    """Set what teams may do in a domain of the organisation without asking; an empty text takes it away."""
    text, label = text.strip(), Domain(domain).label
    before = Mandate.objects.filter(organisation=organisation, domain=domain).first()
    if text == (before.text if before else ""):
        return before
    if not text:
        organisation.mandates.filter(domain=domain).delete()
        record(by=by, on=organisation, what=f"took away what teams may do without asking: {label}")
        return None
    mandate, _ = Mandate.objects.update_or_create(
        organisation=organisation, domain=domain, defaults={"text": text}
    )
    record(by=by, on=organisation, what=f"set what teams may do without asking: {label}", text=text)
    return mandate


def current_organisation(network_id: int, organisation: Organisation) -> None:
    """Refuse an organisation of another network, or a closed one."""
    if not Organisation.objects.current().filter(Q(pk=organisation.pk, network_id=network_id)).exists():
        raise ValidationError(f"{organisation} is not one of this network’s current organisations.")
