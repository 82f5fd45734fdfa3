"""How many questions each page asks the database, and that ten times the rows ask no more."""

from datetime import timedelta

import pytest
from django.utils import timezone

from people.models import Delegate
from programmes.escalations import actions
from programmes.escalations.models import Commitment, Escalation, EscalationEvent
from tests.programmes.escalations.conftest import member

INBOX = 3  # session, user with memberships; the rows
RAISE = 9
WHAT_HAPPENS = 11
# Session, user with memberships; the ask, its events, its promises, who stands beside it, the owner's post, its
# cohort.
ASK = 8


def fill(place, count):
    """Write `count` asks of all kinds, without e-mail."""
    asks = Escalation.objects.bulk_create(
        Escalation(
            network=place.network,
            number=100 + number,
            ask=f"Ask {number}",
            urgency="slowing",
            project=place.project if number % 2 else None,
            organisation=place.hospital,
            raised_by=place.nurse,
            owner=place.leader,
            sponsor=place.leader,
            state=["raised", "accepted", "done"][number % 3],
            version=1,
        )
        for number in range(count)
    )
    EscalationEvent.objects.bulk_create(
        EscalationEvent(
            escalation=ask, move="raise", by=place.nurse, to=place.leader, number=1, state="raised"
        )
        for ask in asks
    )
    Commitment.objects.bulk_create(
        Commitment(escalation=ask, by=place.leader, what="It", due_on=timezone.localdate())
        for ask in asks
        if ask.state == "accepted"
    )


@pytest.mark.parametrize("count", [5, 50])
@pytest.mark.parametrize(
    ("who", "query", "questions"),
    [
        ("nurse", "", INBOX),
        ("leader", "", INBOX),
        ("colleague", "?show=all", INBOX),
        ("staff", "?show=all&q=ask&turn=owner", INBOX),
        ("second", "?show=open&page=2", INBOX),
        ("onlooker", "?show=all", INBOX),
        ("staff", "?show=unowned", INBOX),
    ],
)
def test_the_inbox_asks_the_same_few_questions(
    place, signed_in, django_assert_num_queries, count, who, query, questions
):
    fill(place, count)
    client = signed_in(getattr(place, who))
    with django_assert_num_queries(questions):
        assert client.get(f"/larkton/escalations/{query}").status_code == 200


@pytest.mark.parametrize("count", [5, 50])
@pytest.mark.parametrize(
    ("who", "query"), [("leader", ""), ("staff", "?show=open"), ("nurse", "?show=all&q=ask")]
)
def test_the_renewed_list_and_a_304_ask_the_same_few_questions(
    place, signed_in, django_assert_num_queries, count, who, query
):
    fill(place, count)
    client = signed_in(getattr(place, who))
    headers = {"HX-Request": "true", "HX-Target": "asks"}
    with django_assert_num_queries(INBOX):
        renewed = client.get(f"/larkton/escalations/{query}", headers=headers)
    # Something has changed: its stamp is read, then its rows.
    with django_assert_num_queries(INBOX + 1):
        client.get(f"/larkton/escalations/{query}", headers=headers | {"If-None-Match": '"another"'})
    with django_assert_num_queries(INBOX):
        same = client.get(
            f"/larkton/escalations/{query}", headers=headers | {"If-None-Match": renewed["ETag"]}
        )
    assert same.status_code == 304


@pytest.mark.parametrize("count", [5, 50])
def test_the_download_asks_the_same_few_questions(place, signed_in, django_assert_num_queries, count):
    fill(place, count)
    client = signed_in(place.staff)
    with django_assert_num_queries(3):
        response = client.get("/larkton/escalations/?show=all&format=csv")
        assert len(b"".join(response.streaming_content).splitlines()) == count + 1


@pytest.mark.parametrize("steps", [3, 30])
@pytest.mark.parametrize("who", ["nurse", "leader", "staff", "colleague"])
def test_an_asks_page_asks_the_same_few_questions(raised, signed_in, django_assert_num_queries, steps, who):
    for number in range(steps):
        EscalationEvent.objects.create(
            escalation=raised.ask,
            move="comment",
            by=raised.nurse,
            number=2 + number,
            state="raised",
            text="?",
        )
    client = signed_in(getattr(raised, who))
    with django_assert_num_queries(ASK):
        assert client.get("/larkton/escalations/E-1/").status_code == 200


def test_an_asks_page_asks_one_question_more_for_whoever_acts_for_a_leader(
    raised, signed_in, django_assert_num_queries
):
    Delegate.objects.create(
        leader=raised.second,
        delegate=raised.colleague,
        power="read",
        until=raised.network.today() + timedelta(days=1),
        created_by=raised.second,
    )
    client = signed_in(raised.colleague)
    with django_assert_num_queries(ASK + 1):
        assert client.get("/larkton/escalations/E-1/").status_code == 200


@pytest.mark.parametrize("count", [5, 50])
def test_the_form_to_raise_asks_the_same_few_questions(place, signed_in, django_assert_num_queries, count):
    for number in range(count):
        member(place.network, f"Leader {number}", "leader", organisation=place.hospital)
    client = signed_in(place.nurse)
    # Session, user with memberships; own post, organisation, sponsor, who is a leader; organisations, projects.
    with django_assert_num_queries(RAISE):
        client.get("/larkton/escalations/raise/")


@pytest.mark.parametrize("count", [5, 50])
@pytest.mark.parametrize("who", ["nurse", "leader", "staff", "onlooker"])
def test_similar_asks_and_a_search_take_the_same_few_questions(
    place, signed_in, django_assert_num_queries, count, who
):
    fill(place, count)
    client = signed_in(getattr(place, who))
    # Session, user with memberships; which asks are like it, and what they say (the onlooker sees none); stories.
    with django_assert_num_queries(4 if who == "onlooker" else 5):
        client.get("/larkton/escalations/raise/similar/", {"ask": "ask"})
    with django_assert_num_queries(3):
        client.get("/larkton/escalations/", {"show": "all", "q": "ask"})


@pytest.mark.parametrize("count", [5, 50])
def test_what_happens_to_an_ask_takes_the_same_few_questions(
    place, signed_in, django_assert_num_queries, count
):
    for number in range(count):
        member(place.network, f"Leader {number}", "leader", organisation=place.hospital)
    client = signed_in(place.nurse)
    chosen = {"domain": "data", "organisation": place.hospital.pk, "urgency": "slowing"}
    chosen["project"] = place.project.pk
    # Session, user with memberships; the organisation and its sponsor, the project and its; remits, the network
    # table, who of them are leaders, who is away; closed days, times; what needs no asking.
    with django_assert_num_queries(WHAT_HAPPENS):
        client.get("/larkton/escalations/raise/", chosen, headers={"HX-Request": "true"})


@pytest.mark.parametrize("count", [5, 50])
def test_the_form_to_hand_on_asks_the_same_few_questions(raised, signed_in, django_assert_num_queries, count):
    for number in range(count):
        member(raised.network, f"Leader {number}", "leader", organisation=raised.hospital)
    client = signed_in(raised.leader)
    # Session, user with memberships, the ask; leaders, their posts.
    with django_assert_num_queries(5):
        shown = client.get("/larkton/escalations/E-1/hand-on/").content.decode()
    assert f"Leader {count - 1}" in shown


@pytest.mark.parametrize("count", [5, 50])
def test_a_projects_asks_take_one_question_and_one_for_the_button(place, django_assert_num_queries, count):
    from django.template import Context, Template

    fill(place, count)
    tag = Template("{% load asks %}{% asks_of project %}")
    with django_assert_num_queries(2):
        tag.render(Context({"membership": place.nurse, "project": place.project}))


def test_a_project_shows_what_was_asked_and_what_came_of_it(raised):
    from django.template import Context, Template

    def shown(reader):
        tag = Template("{% load asks %}{% asks_of project %}")
        return tag.render(Context({"membership": reader, "project": raised.project}))

    actions.raise_ask(
        by=raised.nurse, ask="Rota trouble", urgency="slowing", project=raised.project, restricted=True
    )
    text = " ".join(shown(raised.colleague).split())
    assert "What is in its way?" in text
    assert "Access to the pharmacy’s discharge letters" in text
    assert "with Dr Meera Patel for less than a minute" in text
    assert f'href="/larkton/escalations/raise/?project={raised.project.pk}"' in text
    assert "Rota trouble" not in text
    assert "Rota trouble" in shown(raised.nurse)
    assert "You asked, they did" not in text
    actions.decline(by=raised.leader, escalation=raised.ask, text="No money", would_change="April")
    text = " ".join(shown(raised.colleague).split())
    assert "Nothing waits for an answer now." in text
    told = text[text.index("You asked, they did") :]
    assert "Access to the pharmacy’s discharge letters" in told
    assert "E-1 · Not possible: No money What would change this: April" in told
    outside = shown(raised.onlooker)
    assert "pharmacy" not in outside
    assert "Raise an ask" not in outside
