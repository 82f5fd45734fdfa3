"""One act for several asks that were ticked."""

import pytest

from programmes.escalations import actions
from programmes.escalations.models import Escalation, EscalationEvent
from tests.forms import opened
from tests.programmes.escalations.test_inbox import INBOX, another
from tests.programmes.escalations.test_pages import text_of


@pytest.fixture
def three(raised):
    """E-1 to E-3 with Dr Patel."""
    raised.asks = [raised.ask, another(raised, "A scanner"), another(raised, "A tablet")]
    return raised


def ticked(*asks):
    return [f"{ask.number}.{ask.version}" for ask in asks]


def states():
    return list(Escalation.objects.order_by("number").values_list("state", flat=True))


def test_a_leader_acknowledges_several_at_once(three, signed_in):
    client = signed_in(three.leader)
    page = client.get(INBOX, {"sort": "ask"})
    assert 'formaction="several/acknowledge/?sort=ask"' in page.content.decode()
    response = client.post(f"{INBOX}several/acknowledge/?sort=ask", {"ask": ticked(*three.asks)}, follow=True)
    assert response.redirect_chain[-1][0] == f"{INBOX}?sort=ask"
    assert "looking at it: E-1, E-2, E-3." in text_of(response)
    assert states() == ["acknowledged"] * 3


def test_what_could_not_be_done_is_said_by_reference_and_the_others_are_done(three, signed_in):
    actions.acknowledge(by=three.leader, escalation=three.asks[0])
    actions.hand_on(by=three.leader, escalation=three.asks[1], to=three.second)
    response = signed_in(three.leader).post(
        f"{INBOX}several/acknowledge/", {"ask": [*ticked(*three.asks), "99.1"]}
    )
    shown = text_of(response)
    assert response.status_code == 409
    assert "<strong>E-1</strong>: Meanwhile Dr Meera Patel is looking at it." in shown
    assert "<strong>E-2</strong>: Meanwhile Dr Meera Patel handed it on to Tom Okafor." in shown
    assert "<strong>E-99</strong>: There is no such ask." in shown
    assert "looking at it: E-3." in shown
    assert states() == ["acknowledged", "raised", "acknowledged"]


def test_handing_on_asks_once_to_whom_and_keeps_what_was_typed(three, signed_in):
    client = signed_in(three.leader)
    address = f"{INBOX}several/hand-on/"
    sent = {"ask": ticked(*three.asks)}
    asked = client.post(address, sent)
    assert "Hand on: 3 asks" in text_of(asked)
    assert "There is a problem" not in text_of(asked)
    assert "Dr Meera Patel, " not in text_of(asked)  # not to oneself
    without = client.post(address, sent | {"to": "", "text": "You know the wards."})
    assert "Choose a leader." in text_of(without)
    assert "You know the wards." in text_of(without)
    assert states() == ["raised"] * 3
    assert not Escalation.objects.filter(owner=three.second).exists()
    actions.decline(by=three.leader, escalation=three.asks[0], text="No", would_change="Money")
    partly = client.post(address, sent | {"to": three.second.pk, "text": "You know the wards."})
    assert partly.status_code == 409
    assert "With Tom Okafor now: E-2, E-3." in text_of(partly)
    assert "You know the wards." in text_of(partly)
    assert list(Escalation.objects.filter(owner=three.second).values_list("number", flat=True)) == [2, 3]
    assert EscalationEvent.objects.filter(text="You know the wards.").count() == 2


def test_staff_bring_several_to_a_leader(place, signed_in):
    for words in ("A quiet room", "A bell"):
        actions.raise_ask(by=place.onlooker, ask=words, urgency="helping")
    client = signed_in(place.staff)
    assert "several/route/" in client.get(INBOX).content.decode()
    sent = {"ask": ["1.1", "2.1"], "to": place.leader.pk, "text": ""}
    response = client.post(f"{INBOX}several/route/", sent, follow=True)
    assert "With Dr Meera Patel now: E-1, E-2." in text_of(response)
    assert client.post(f"{INBOX}several/acknowledge/", sent).status_code == 404


def test_sent_twice_it_is_done_once(three, signed_in):
    client = signed_in(three.leader)
    sent = {"ask": ticked(*three.asks), "_form": opened(client, INBOX)}
    for _attempt in range(2):
        assert client.post(f"{INBOX}several/acknowledge/", sent).status_code == 302
    assert EscalationEvent.objects.filter(move="acknowledge").count() == 3


@pytest.mark.parametrize("values", [[], ["x"], ["1.x", "١.1", "1", "1.1.1"], ["9" * 30 + ".1"]])
def test_nonsense_or_nothing_ticked_does_nothing_and_says_so(three, signed_in, values):
    response = signed_in(three.leader).post(f"{INBOX}several/acknowledge/", {"ask": values}, follow=True)
    assert "Tick the asks first" in text_of(response)
    assert states() == ["raised"] * 3


def test_what_one_may_not_see_does_not_exist(three, signed_in):
    ask = actions.raise_ask(by=three.nurse, ask="Rota", urgency="slowing", restricted=True, domain="data")
    response = signed_in(three.second).post(
        f"{INBOX}several/acknowledge/", {"ask": ticked(ask, three.asks[0])}
    )
    shown = text_of(response)
    assert f"<strong>{ask.reference}</strong>: There is no such ask." in shown
    assert "Rota" not in shown
    assert "The ask is with Dr Meera Patel, who answers it." in shown
    assert states() == ["raised"] * 4


def test_who_neither_leads_nor_routes_ticks_nothing(three, signed_in):
    client = signed_in(three.nurse)
    assert 'name="ask"' not in client.get(INBOX, {"show": "open"}).content.decode()
    assert client.post(f"{INBOX}several/acknowledge/", {"ask": ["1.1"]}).status_code == 404
