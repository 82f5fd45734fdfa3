"""The inbox: what waits for a reader, what is late first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from programmes.escalations import actions
from programmes.escalations.models import Escalation
from programmes.escalations.words import due_in_words
from tests.programmes.escalations.test_pages import SOON, shown_in, text_of

INBOX = "/larkton/escalations/"


def set_due(ask, **since_now):
    Escalation.objects.filter(pk=ask.pk).update(due_at=timezone.now() + timedelta(**since_now))


def another(place, words, **what):
    what = {"urgency": "slowing", "domain": "data"} | what
    return actions.raise_ask(by=place.nurse, ask=words, **what)


# --- What is late first -----------------------------------------------------------------------------------


def test_the_inbox_shows_what_is_late_first_and_what_has_no_clock_last(raised, signed_in):
    scanner, tablet, bell = (another(raised, words) for words in ("A scanner", "A tablet", "A bell"))
    set_due(raised.ask, days=4)
    set_due(scanner, days=-3)
    set_due(tablet, hours=-100)
    Escalation.objects.filter(pk=bell.pk).update(due_at=None)
    client = signed_in(raised.leader)
    assert shown_in(client) == ["A tablet", "A scanner", raised.ask.ask, "A bell"]
    assert shown_in(client, show="open", sort="-due") == [raised.ask.ask, "A scanner", "A tablet", "A bell"]
    assert shown_in(signed_in(raised.nurse)) == []
    assert "Nothing waits for you" in text_of(signed_in(raised.nurse).get(INBOX))


def test_the_list_the_asks_own_page_and_the_agenda_count_the_same_days(raised, signed_in):
    client = signed_in(raised.leader)
    for days, words in ((-3, "3 days late"), (1, "Due tomorrow"), (9, "Due in 9 days")):
        set_due(raised.ask, days=days)
        for page in ("", "E-1/"):
            assert f">{words}" in client.get(f"/larkton/escalations/{page}").text
    set_due(raised.ask, days=-3)
    assert "3 days late." in signed_in(raised.staff).get("/larkton/escalations/meeting/").text


def test_a_row_says_in_words_how_late_it_is_and_how_long_it_has_waited(raised, signed_in):
    set_due(raised.ask, days=-3)
    waiting_since = timezone.now() - timedelta(days=6, hours=1)
    Escalation.objects.filter(pk=raised.ask.pk).update(waiting_since=waiting_since)
    shown = text_of(signed_in(raised.leader).get(INBOX))
    assert ">3 days late</time>" in shown
    assert ">6 days</time>" in shown


@pytest.mark.parametrize(
    ("since_now", "words"),
    [
        ({"days": -1}, ("1 day late", "late")),
        ({"minutes": -1}, ("Late since today", "late")),
        ({"minutes": 1}, ("Due today", "soon")),
        ({"days": 1}, ("Due tomorrow", "soon")),
        ({"days": 2}, ("Due in 2 days", "")),
    ],
)
def test_when_an_ask_is_due_is_said_in_days(since_now, words, settings):
    noon = timezone.localtime().replace(hour=12)
    assert due_in_words(noon + timedelta(**since_now), noon, noon.date()) == words
    assert due_in_words(None, noon, noon.date()) == ("", "")


def test_a_row_offers_the_two_likeliest_acts(raised, signed_in):
    client = signed_in(raised.leader)

    def offered(client, **query):
        [row] = client.get(INBOX, query).context["rows"]
        return [choice.slug for choice in row.choices]

    assert offered(client) == ["acknowledge", "accept"]
    actions.acknowledge(by=raised.leader, escalation=raised.ask)
    assert offered(client) == ["accept", "decline"]
    actions.accept(by=raised.leader, escalation=raised.ask, what="Access", due_on=SOON)
    assert offered(client) == ["done", "change-promise"]
    actions.mark_done(by=raised.leader, escalation=raised.ask)
    assert offered(signed_in(raised.nurse)) == ["confirm", "not-settled"]
    actions.raise_ask(by=raised.onlooker, ask="A quiet room", urgency="helping")
    assert offered(signed_in(raised.staff)) == ["route", "elsewhere"]
    assert offered(signed_in(raised.second), show="unowned") == ["take"]


# --- Narrowing --------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_to_what_has_waited_longer(raised, signed_in):
    another(raised, "A scanner")
    closed = another(raised, "A bell")
    actions.withdraw(by=raised.nurse, escalation=closed)
    six_days_ago = timezone.now() - timedelta(days=6)
    old = Escalation.objects.filter(pk__in=[raised.ask.pk, closed.pk])
    old.update(waiting_since=six_days_ago)
    client = signed_in(raised.leader)
    assert shown_in(client, age="5") == [raised.ask.ask]
    assert shown_in(client, age="10") == []
    assert shown_in(client, show="waiting", age="5", urgency="slowing") == []
    assert len(shown_in(client, age="x")) == 3  # nonsense narrows nothing


def test_each_reader_narrows_by_what_they_typed_themselves(raised, signed_in):
    another(raised, "A scanner", urgency="helping")
    one = {"show": "all", "q": "scanner", "urgency": "helping", "project": "100%"}
    another_one = {"show": "all", "q": "SCAN", "urgency": "helping", "project": ""}
    for reader, wanted, found in (
        (raised.leader, one, []),
        (raised.staff, another_one, ["A scanner"]),
        (raised.second, {**another_one, "q": "bell"}, []),
        (raised.leader, {"show": "all", "urgency": "helping"}, ["A scanner"]),
        (raised.leader, {"show": "all", "project": raised.project.name[1:4].upper()}, [raised.ask.ask]),
    ):
        client = signed_in(reader)
        assert shown_in(client, **wanted) == found
        page = client.get(INBOX, wanted).content.decode()
        for typed in ("scanner", "SCAN", "bell", "100%"):
            assert (f'value="{typed}"' in page) == (typed in wanted.values())
        assert ('value="helping" selected' in page) == ("urgency" in wanted)


# --- Beside the list, and renewed -------------------------------------------------------------------------


def part(client, address, target, **headers):
    return client.get(address, headers={"HX-Request": "true", "HX-Target": target, **headers})


def test_an_ask_and_its_acts_come_without_the_page_around_them(raised, signed_in):
    client = signed_in(raised.leader)
    for address in (f"{INBOX}E-1/", f"{INBOX}E-1/decline/"):
        beside = part(client, address, "beside")
        assert "<html" not in beside.content.decode()
        assert "Access to the pharmacy" in text_of(beside)
        assert "HX-Target" in beside["Vary"]
        assert "<html" in client.get(address).content.decode()


def test_what_is_sent_beside_the_list_comes_back_there_with_its_errors_and_its_news(raised, signed_in):
    client = signed_in(raised.leader)
    headers = {"HX-Request": "true", "HX-Target": "beside"}
    sent = {"seen": 1, "text": "The contract ends in March."}
    wrong = client.post(f"{INBOX}E-1/decline/", sent, headers=headers)
    assert "<html" not in wrong.content.decode()
    assert "There is a problem" in text_of(wrong)
    assert "The contract ends in March." in text_of(wrong)
    sent["would_change"] = "Ask in April."
    done = client.post(f"{INBOX}E-1/decline/", sent, headers=headers, follow=True)
    assert "<html" not in done.content.decode()
    assert "Your answer is on its way to whoever asked." in text_of(done)


def test_who_no_longer_sees_an_ask_after_an_act_reads_so_beside_the_list(place, signed_in):
    ask = actions.raise_ask(by=place.nurse, ask="Rota trouble", urgency="slowing", restricted=True)
    actions.hand_on(by=place.sponsor, escalation=ask, to=place.leader)
    headers = {"HX-Request": "true", "HX-Target": "beside"}
    sent = {"seen": 2, "to": place.second.pk}
    response = signed_in(place.leader).post(f"{INBOX}E-1/hand-on/", sent, headers=headers, follow=True)
    assert "This ask is no longer yours" in text_of(response)
    assert "It is with Tom Okafor now" in text_of(response)


def test_a_list_in_which_nothing_has_changed_is_answered_304(raised, signed_in):
    client = signed_in(raised.leader)
    stamp = client.get(INBOX)["ETag"]
    same = part(client, INBOX, "asks", **{"If-None-Match": stamp})
    assert (same.status_code, same.content) == (304, b"")
    assert part(client, f"{INBOX}?ask=E-1", "asks", **{"If-None-Match": stamp}).status_code == 304
    # Whoever comes by a link or by "back" gets the page.
    assert client.get(INBOX, headers={"If-None-Match": stamp}).status_code == 200


def _handed_on(place):
    actions.hand_on(by=place.leader, escalation=place.ask, to=place.second)


def _acknowledged(place):
    actions.acknowledge(by=place.leader, escalation=place.ask)


def _become_late(place):
    set_due(place.ask, minutes=-1)


def _renamed(place):
    place.project.name = "Heart failure on the ward"
    place.project.save()


def _joined_by_another(place):
    another(place, "A scanner")


def _restricted(place):
    Escalation.objects.filter(pk=place.ask.pk).update(restricted=True)


@pytest.mark.parametrize(
    "change", [_handed_on, _acknowledged, _become_late, _renamed, _joined_by_another, _restricted]
)
def test_a_list_in_which_anything_shown_has_changed_comes_anew(raised, signed_in, change):
    client = signed_in(raised.leader)
    stamp = client.get(INBOX)["ETag"]
    change(raised)
    anew = part(client, INBOX, "asks", **{"If-None-Match": stamp})
    assert anew.status_code == 200
    assert anew["ETag"] != stamp
    assert "<html" not in anew.content.decode()
    assert part(client, INBOX, "asks", **{"If-None-Match": anew["ETag"]}).status_code == 304


def test_what_one_may_no_longer_see_leaves_the_list_at_the_next_look(raised, signed_in):
    client = signed_in(raised.colleague)
    stamp = client.get(INBOX, {"show": "open"})["ETag"]
    raised.project.team.filter(membership=raised.colleague).update(left_on=timezone.localdate())
    anew = part(client, f"{INBOX}?show=open", "asks", **{"If-None-Match": stamp})
    assert anew.status_code == 200
    assert raised.ask.ask not in anew.content.decode()
    assert "No asks yet" in text_of(anew)


def test_a_list_whose_reader_has_signed_out_is_not_renewed(raised, client):
    response = part(client, INBOX, "asks")
    assert "ETag" not in response
    assert "/accounts/login/" in response["HX-Redirect"]
