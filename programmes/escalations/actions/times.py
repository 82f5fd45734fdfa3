"""How long asks may wait in a network, as its staff set it."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from iocn.shared.history import record
from iocn.shared.working_time import all_working_time_in_words
from people.actions.members import lock_members
from people.models import Membership, Network
from programmes.escalations.actions.ticking import renew_clocks
from programmes.escalations.clocks import Allowed
from programmes.escalations.models import ClockPolicy, Escalation
from programmes.escalations.policy import allowed_in

# A working year and more; beyond it nobody waits for an answer.
LONGEST = 2000 * 60


@transaction.atomic
def set_times(*, by: Membership, urgency: str, acknowledge: int, decide: int, climb: int) -> None:
    """Say how many working minutes asks of an urgency may wait in the network of `by`. Open ones are read anew."""
    label = Escalation.Urgency(urgency).label
    wanted = Allowed(acknowledge, decide, climb)
    for name, minutes in (("acknowledge", acknowledge), ("decide", decide), ("climb", climb)):
        if not 0 < minutes <= LONGEST:
            raise ValidationError({name: "Choose a time of up to 2,000 working hours."})
    if decide < acknowledge:
        raise ValidationError(
            {"decide": "A decision cannot come before the first reply: give it as long or longer."}
        )
    # The network's row: its times change one after the other, and nobody leaves while all its asks are read anew.
    lock_members(by.network_id)
    before = allowed_in(by.network)[urgency]
    if wanted == before:
        return
    values = {"acknowledge": acknowledge, "decide": decide, "climb": climb}
    ClockPolicy.objects.update_or_create(network=by.network, urgency=urgency, defaults=values)
    record(
        by=by,
        on=by.network,
        what=f"changed how long asks may wait: “{label}”",
        text=f"{_sentence(by.network, wanted)} Before: {_sentence(by.network, before)}",
        network=by.network,
    )
    renew_clocks(by.network)


def in_words(network: Network, allowed: Allowed) -> Mapping[str, str]:
    """Say each of the times in working days and hours."""
    day = network.minutes_a_day
    return {
        name: all_working_time_in_words(getattr(allowed, name), day)
        for name in ("acknowledge", "decide", "climb")
    }


def _sentence(network: Network, allowed: Allowed) -> str:
    said = in_words(network, allowed)
    return (
        f"First reply within {said['acknowledge']}, decision within {said['decide']},"
        f" brought to the next step after another {said['climb']}."
    )
