"""Stories of asks that were settled: there for everyone once team and owner agree."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from iocn.records.redaction import find, fingerprint, redact_words
from iocn.records.retention import _delete_thing
from iocn.shared.models import History
from iocn.shared.words import Words
from people.models import Message
from programmes.escalations import actions, stories
from programmes.escalations.models import Escalation, Story
from programmes.escalations.tasks import build_figures
from tests.programmes.escalations.conftest import member

pytestmark = pytest.mark.django_db

LINE = "Four pharmacies read letters"
LIST = "/larkton/escalations/stories/"


@pytest.fixture
def settled(raised):
    """The nurse's ask, done by Dr Patel and confirmed."""
    due_on = timezone.localdate() + timedelta(days=1)
    actions.accept(by=raised.leader, escalation=raised.ask, what="Access", due_on=due_on)
    actions.mark_done(by=raised.leader, escalation=raised.ask)
    actions.confirm(by=raised.nurse, escalation=raised.ask)
    raised.ask = Escalation.objects.with_people().get(pk=raised.ask.pk)
    raised.page = f"/larkton/escalations/E-{raised.ask.number}/story/"
    return raised


def is_there(place, signed_in, who="onlooker"):
    return LINE in signed_in(getattr(place, who)).get(LIST).text


@pytest.mark.parametrize(
    ("proposes", "agree"),
    [("staff", ["colleague", "leader"]), ("nurse", ["leader"]), ("leader", ["nurse"])],
)
def test_a_story_is_there_for_everyone_once_team_and_owner_agree(settled, signed_in, proposes, agree):
    signed_in(getattr(settled, proposes)).post(settled.page, {"do": "tell", "text": LINE})
    for who in agree:
        assert not is_there(settled, signed_in)
        signed_in(getattr(settled, who)).post(settled.page, {"do": "agree", "seen": LINE})
    for who in ("onlooker", "partner", "staff"):
        assert is_there(settled, signed_in, who)
    assert signed_in(settled.evaluator).get(LIST).status_code == 404


def agreed(place):
    stories.tell_story(by=place.nurse, escalation=place.ask, text=LINE)
    return stories.agree_to_story(by=place.leader, escalation=place.ask, seen=LINE)


@pytest.mark.parametrize("who", ["nurse", "leader"])
def test_either_may_take_it_back(settled, signed_in, who):
    agreed(settled)
    signed_in(getattr(settled, who)).post(settled.page, {"do": "take-back"})
    assert not is_there(settled, signed_in)
    assert History.objects.filter(what="took the agreement to the story back").exists()


def test_worded_anew_the_other_agrees_again_and_nobody_agrees_to_what_they_did_not_read(settled, signed_in):
    agreed(settled)
    stories.tell_story(by=settled.nurse, escalation=settled.ask, text="Other words")
    assert not is_there(settled, signed_in)
    response = signed_in(settled.leader).post(settled.page, {"do": "agree", "seen": LINE}, follow=True)
    assert "worded anew" in response.text
    assert Story.objects.get().owner_agreed_at is None


def test_the_other_side_is_asked_by_email(settled):
    before = set(Message.objects.values_list("pk", flat=True))
    stories.tell_story(by=settled.nurse, escalation=settled.ask, text=LINE)
    assert [message.to for message in Message.objects.exclude(pk__in=before)] == [settled.leader]


@pytest.mark.parametrize("state", ["restricted", "reopened"])
def test_a_restricted_or_reopened_ask_has_no_story(settled, signed_in, state):
    agreed(settled)
    if state == "restricted":
        Escalation.objects.update(restricted=True)
    else:
        actions.reopen(by=settled.nurse, escalation=settled.ask, text="It broke")
    assert not is_there(settled, signed_in)
    settled.ask.refresh_from_db()
    with pytest.raises(PermissionDenied):
        stories.tell_story(by=settled.staff, escalation=settled.ask, text=LINE)


def test_who_is_neither_proposes_nothing_and_staff_do_not_agree(settled, signed_in):
    assert signed_in(settled.onlooker).post(settled.page, {"do": "tell", "text": LINE}).status_code == 404
    stories.tell_story(by=settled.staff, escalation=settled.ask, text=LINE)
    refused = signed_in(settled.staff).post(settled.page, {"do": "agree", "seen": LINE})
    assert refused.status_code == 403
    other = signed_in(settled.second).post(settled.page, {"do": "tell", "text": "Mine"})
    assert other.status_code == 403
    assert Story.objects.get().text == LINE


def test_what_was_typed_stays_when_it_is_refused(settled, signed_in):
    response = signed_in(settled.nurse).post(
        settled.page, {"do": "tell", "text": "For 943 476 5919 it works"}
    )
    assert "943 476 5919" in response.text
    assert not Story.objects.exists()


def test_the_leadership_page_tells_what_was_settled_for_a_partner(settled, signed_in):
    agreed(settled)
    build_figures()
    page = "/larkton/escalations/leadership/"
    assert LINE not in signed_in(settled.onlooker).get(page).text
    Escalation.objects.update(asked_in=settled.practice)
    assert LINE in signed_in(settled.onlooker).get(page).text


def test_words_that_staff_remove_are_removed_from_the_story_too(settled):
    agreed(settled)
    words = Words("pharmacies")
    seen = fingerprint(find(settled.network, [words]))
    redact_words(by=settled.staff, words=words, reason="Somebody asked for it.", seen=seen)
    assert "pharmacies" not in Story.objects.get().text
    assert not History.objects.filter(text__contains="pharmacies").exists()


@pytest.mark.parametrize("count", [3, 24])
def test_the_list_asks_the_same_number_of_queries_however_many_there_are(
    settled, signed_in, django_assert_num_queries, count
):
    agreed(settled)
    known = {"ask": "An ask", "urgency": "slowing", "state": "closed", "raised_by": settled.nurse}
    asks = Escalation.objects.bulk_create(
        Escalation(network=settled.network, number=900 + number, **known) for number in range(count)
    )
    now = timezone.now()
    Story.objects.bulk_create(
        Story(
            network=settled.network,
            escalation=ask,
            text="A story",
            proposed_by=settled.nurse,
            team_agreed_by=settled.nurse,
            team_agreed_at=now,
            owner_agreed_by=settled.leader,
            owner_agreed_at=now,
        )
        for ask in asks
    )
    client = signed_in(settled.onlooker)
    client.get(LIST)
    with django_assert_num_queries(3):
        client.get(LIST)
    client = signed_in(settled.nurse)
    client.get(settled.page)
    with django_assert_num_queries(5):
        client.get(settled.page)


def test_its_history_goes_with_the_ask(settled):
    agreed(settled)
    assert _delete_thing(settled.ask)
    assert not History.objects.filter(text__contains=LINE).exists()


@pytest.mark.parametrize(
    ("who", "leads"),
    [
        ("nurse", True),
        ("onlooker", True),
        ("leader", True),
        ("partner", True),
        ("staff", True),
        ("evaluator", False),
    ],
)
def test_the_list_of_asks_leads_everybody_who_may_read_stories_to_them(place, signed_in, who, leads):
    """Also where no story is told yet."""
    client = signed_in(getattr(place, who))
    assert ('href="stories/"' in client.get("/larkton/escalations/").text) == leads
    assert client.get(LIST).status_code == (200 if leads else 404)
    if who != "partner":  # who sees no figures
        assert (LIST in client.get("/larkton/escalations/leadership/").text) == leads


def test_a_manager_who_settled_it_agrees_in_the_owners_place(place, signed_in):
    manager = place.other_manager = place.project.sponsor or member(
        place.network, "Martin Manager", "member", organisation=place.hospital
    )
    place.project.sponsor = manager
    place.project.save()
    ask = actions.raise_ask(
        by=place.nurse, ask="A key", urgency="slowing", project=place.project, domain="data"
    )
    actions.settle(by=manager, escalation=ask, text="The key is in your cupboard.")
    actions.confirm(by=place.nurse, escalation=ask)
    address = f"/larkton/escalations/E-{ask.number}/"
    assert "Tell the network its story" in signed_in(manager).get(address).text
    signed_in(place.nurse).post(f"{address}story/", {"do": "tell", "text": LINE})
    assert Message.objects.filter(to=manager, subject__contains="do you agree to its story?").exists()
    assert not is_there(place, signed_in)
    signed_in(manager).post(f"{address}story/", {"do": "agree", "seen": LINE})
    assert is_there(place, signed_in)


def test_a_manager_does_not_agree_for_a_leader_who_settled_it_after_them(place):
    place.project.sponsor = manager = member(place.network, "Martin Manager", organisation=place.hospital)
    place.project.save()
    ask = actions.raise_ask(
        by=place.nurse, ask="A key", urgency="slowing", project=place.project, domain="data"
    )
    actions.settle(by=manager, escalation=ask, text="The key is in your cupboard.")
    actions.not_settled(by=place.nurse, escalation=ask, text="It is not")
    actions.take(by=place.leader, escalation=ask)
    due_on = timezone.localdate() + timedelta(days=1)
    actions.accept(by=place.leader, escalation=ask, what="A key", due_on=due_on)
    actions.mark_done(by=place.leader, escalation=ask)
    actions.confirm(by=place.nurse, escalation=ask)
    # The leader has left since, and with them the ask's owner.
    Escalation.objects.filter(pk=ask.pk).update(owner=None)
    ask = Escalation.objects.with_people().get(pk=ask.pk)
    assert stories.settled_by(ask) is None
    assert not stories.may_tell(place.staff, ask)


def test_only_who_may_tell_its_story_is_offered_to(settled, signed_in):
    address = settled.page.removesuffix("story/")
    offered = {
        who: "Tell the network its story" in signed_in(getattr(settled, who)).get(address).text
        for who in ("nurse", "leader", "staff", "sponsor")
    }
    assert offered == {"nurse": True, "leader": True, "staff": True, "sponsor": False}


def test_who_asks_for_the_like_reads_what_was_settled_though_they_do_not_see_the_ask(settled, signed_in):
    address = "/larkton/escalations/raise/similar/"
    typed = {"ask": "Letters for our pharmacies"}
    client = signed_in(settled.onlooker)
    assert LINE not in client.get(address, typed).text
    agreed(settled)
    page = client.get(address, typed).text
    assert "Settled in the network" in page
    assert LINE in page
    assert settled.ask.ask not in page
    assert LINE not in client.get(address, {"ask": "A scanner for the ward"}).text
    # Whoever sees the ask is shown the ask itself.
    assert (
        "Settled in the network" not in signed_in(settled.nurse).get(address, {"ask": settled.ask.ask}).text
    )


@pytest.mark.parametrize(
    ("words", "found"), [("letters", True), ("larkton general", True), ("parking", False)]
)
def test_stories_are_searched_by_their_words_and_by_who_settled_it(settled, signed_in, words, found):
    agreed(settled)
    page = signed_in(settled.onlooker).get(LIST, {"q": words}).text
    assert (LINE in page) == found
    assert ("Nothing is found" in page) != found
