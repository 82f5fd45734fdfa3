"""The agenda of the leaders who meet at the network table."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from programmes.escalations import actions
from programmes.escalations.models import Escalation
from tests.programmes.escalations.conftest import member

AGENDA = "/larkton/escalations/meeting/"
# Session, user with memberships; asks, who stands beside them, who answered cases.
QUESTIONS = 5


@pytest.fixture
def table(place):
    """A leader who sits at the table."""
    place.second.at_table = True
    place.second.save(update_fields=["at_table"])
    return place


def ask(place, text, **words):
    return actions.raise_ask(
        by=words.pop("by", place.nurse),
        ask=text,
        urgency="stopping",
        domain="data",
        organisation=words.pop("organisation", place.hospital),
        **words,
    )


def fill(place, each=1):
    """Write `each` of what the table talks about, and of what it does not."""
    for number in range(each):
        ask(place, f"Ours, in time {number}")
        ask(place, f"Of the practice {number}", organisation=place.practice)
        ask(place, f"Kept among few {number}", organisation=place.practice, restricted=True)
        late = ask(place, f"Nobody answered {number}")
        promised = ask(place, f"Not yet met {number}")
        actions.accept(
            by=place.leader, escalation=promised, what="It", due_on=timezone.localdate() + timedelta(days=1)
        )
        Escalation.objects.filter(pk=promised.pk).update(due_at=timezone.now() - timedelta(days=2))
        late.events.update(at=timezone.now() - timedelta(days=20))
        Escalation.objects.filter(pk=late.pk).update(
            raised_at=timezone.now() - timedelta(days=20), next_due_at=timezone.now()
        )
        case = actions.draft_case(
            by=place.nurse, project=place.project, title=f"A nurse at home {number}", problem="Trouble"
        )
        actions.put_case(
            by=place.nurse, case=case, lead=place.leader, others=[place.second], urgency="slowing"
        )
    for days in (0, 5):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            for late in Escalation.objects.filter(ask__startswith="Nobody answered"):
                Escalation.objects.filter(pk=late.pk).update(next_due_at=timezone.now())
            Escalation.objects.exclude(ask__startswith="Nobody answered").update(next_due_at=None)
            actions.run_clocks()


def words(client, address=AGENDA):
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().partition("<main")[2].split())


def test_the_agenda_holds_cases_what_climbed_is_late_or_crosses_organisations(table, signed_in):
    fill(table)
    text = words(signed_in(table.second))
    cases, climbed, late, across = (
        text.index(title)
        for title in (
            "Business cases that wait for answers",
            "Brought further, as nobody answered in time",
            "Over their time",
            "Between organisations",
        )
    )
    assert cases < text.index("A nurse at home 0") < climbed
    assert climbed < text.index("Nobody answered 0") < late
    assert late < text.index("Not yet met 0") < across
    assert across < text.index("Of the practice 0")
    assert "needs Harbour Street Practice" in text
    assert "Tom Okafor: yet to answer" in text
    assert "Ours, in time" not in text
    assert "Kept among few" not in text
    assert text.count("Nobody answered 0") == 1


def test_only_who_sits_at_the_table_and_staff_see_it(table, signed_in):
    for who in ("second", "staff"):
        assert signed_in(getattr(table, who)).get(AGENDA).status_code == 200
    for who in ("leader", "nurse", "coach", "partner", "evaluator", "onlooker"):
        assert signed_in(getattr(table, who)).get(AGENDA).status_code == 404


def test_an_empty_agenda_says_what_comes_here(table, signed_in):
    text = words(signed_in(table.staff))
    assert "Nothing for the table" in text
    assert "need another organisation" in text


def test_what_is_decided_is_recorded_from_the_agenda_and_leads_back_to_it(table, signed_in):
    fill(table)
    client = signed_in(table.second)
    case = Escalation.objects.get(state="deciding")
    link = f"/larkton/escalations/{case.reference}/voice/?then=meeting"
    assert link in words(client)
    assert f'href="{AGENDA}"' in words(client, link)
    sent = {
        "seen": case.version,
        "leader": table.second.pk,
        "answer": "no",
        "text": "No money",
        "would_change": "April",
    }
    assert client.post(link, sent).url == AGENDA
    assert "Tom Okafor: not possible now – No money" in words(client)
    assert case.events.last().who == "Tom Okafor"
    # Nobody else is led to a page that does not exist for them.
    assert signed_in(table.leader).post(link, {**sent, "leader": table.leader.pk}).url != AGENDA


def test_nobody_is_offered_what_they_may_not_record(table, signed_in):
    fill(table)
    text = words(signed_in(table.staff))
    assert "/voice/" not in text
    assert "/accept/" not in text
    assert "/route/?then=meeting" in text


@pytest.mark.parametrize("each", [1, 8])
@pytest.mark.parametrize("who", ["second", "staff"])
def test_the_agenda_asks_the_same_few_questions(table, signed_in, django_assert_num_queries, each, who):
    for number in range(each):
        member(table.network, f"Leader {number}", "leader", organisation=table.hospital)
    fill(table, each)
    client = signed_in(getattr(table, who))
    client.get(AGENDA)
    with django_assert_num_queries(QUESTIONS):
        client.get(AGENDA)


def test_more_than_a_meeting_gets_through_is_said(table, signed_in):
    Escalation.objects.bulk_create(
        Escalation(
            network=table.network,
            number=number,
            ask=f"Late {number}",
            urgency="slowing",
            raised_by=table.nurse,
            owner=table.leader,
            due_at=timezone.now() - timedelta(days=2),
        )
        for number in range(100, 170)
    )
    text = words(signed_in(table.second))
    assert "More asks wait than an agenda holds" in text
    assert "Late 100" in text
    assert "Late 169" not in text
