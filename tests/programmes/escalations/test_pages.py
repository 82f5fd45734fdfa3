"""The pages of asks."""

import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
import time_machine
from django.utils import timezone

from iocn.shared.templatetags.components import day
from programmes.escalations import actions
from programmes.escalations.models import ClockPolicy, Escalation
from programmes.escalations.states import State
from tests import factories
from tests.forms import opened
from tests.programmes.escalations.conftest import member

SOON = timezone.localdate() + timedelta(days=7)


def text_of(response):
    return " ".join(response.content.decode().split())


def raise_url(network):
    return f"/{network.slug}/escalations/raise/"


def act(client, ask, move, **data):
    data = {"seen": data.pop("seen", Escalation.objects.get(pk=ask.pk).version)} | data
    return client.post(f"/{ask.network.slug}/escalations/{ask.reference}/{move}/", data)


def page(client, ask):
    return client.get(f"/{ask.network.slug}/escalations/{ask.reference}/")


# --- Raising ----------------------------------------------------------------------------------------------


def test_only_the_ask_and_how_badly_it_is_needed_are_required(place, signed_in):
    response = signed_in(place.nurse).post(
        raise_url(place.network), {"ask": "A second phone on the ward", "urgency": "slowing"}, follow=True
    )
    ask = Escalation.objects.get()
    assert (ask.ask, ask.domain, ask.organisation, ask.owner) == (
        "A second phone on the ward",
        "",
        place.hospital,
        place.sponsor,
    )
    assert "E-1 is with Ruth Adler, who is told by e-mail now." in text_of(response)


def test_the_form_says_what_it_is_not_for_and_that_it_may_be_disclosed(place, signed_in):
    place.network.incident_link = "https://incidents.example.org/"
    place.network.save()
    shown = text_of(signed_in(place.nurse).get(raise_url(place.network)))
    for words in (
        "getting worse now",
        "whistleblowing",
        "https://incidents.example.org/",
        "Freedom of Information",
    ):
        assert words in shown


def test_the_form_shows_to_whom_the_ask_goes_and_why(place, signed_in):
    client = signed_in(place.nurse)
    shown = text_of(client.get(raise_url(place.network)))
    assert "It goes to Ruth Adler" in shown
    assert "Ruth Adler is the executive sponsor of Larkton General." in shown
    changed = client.get(
        raise_url(place.network),
        {"domain": "data", "organisation": place.hospital.pk},
        headers={"HX-Request": "true"},
    )
    assert "Dr Meera Patel can decide on data and digital at Larkton General." in text_of(changed)
    assert "<form" not in text_of(changed)


def test_without_javascript_a_button_shows_to_whom_it_goes_and_keeps_what_was_typed(place, signed_in):
    from people.models import Mandate

    Mandate.objects.create(organisation=place.hospital, domain="data", text="Order read-only accounts.")
    shown = text_of(
        signed_in(place.nurse).post(
            raise_url(place.network), {"ask": "Access", "domain": "data", "organisation": "", "check": "1"}
        )
    )
    assert "It goes to Dr Meera Patel" in shown
    assert "Without asking, teams may:" in shown
    assert "Order read-only accounts." in shown
    assert ">Access</textarea>" in shown.replace("&#10;", "").replace("> Access", ">Access")
    assert "There is a problem" not in shown
    assert not Escalation.objects.exists()


def what_happens(client, place, **chosen):
    return text_of(client.get(raise_url(place.network), chosen, headers={"HX-Request": "true"}))


@time_machine.travel(datetime(2026, 11, 24, 11, tzinfo=UTC), tick=False)
def test_the_form_says_by_when_an_answer_is_due_in_the_networks_own_times(place, signed_in):
    client = signed_in(place.nurse)
    assert "An answer is due by" not in what_happens(client, place)
    shown = what_happens(client, place, urgency="stopping")
    assert "An answer is due by <strong>Friday 27 November, 11am</strong>." in shown
    ClockPolicy.objects.create(
        network=place.network, urgency="stopping", acknowledge=60, decide=12 * 60, climb=60
    )
    place.network.closed_days.create(day=date(2026, 11, 25), name="Open day")
    shown = what_happens(client, place, urgency="stopping")
    assert "An answer is due by <strong>Thursday 26 November, 3pm</strong>." in shown


@time_machine.travel(datetime(2026, 11, 24, 11, tzinfo=UTC), tick=False)
def test_a_manager_who_hears_first_is_named_and_their_day_is_counted(place, signed_in):
    place.project.sponsor = place.onlooker
    place.project.save()
    client = signed_in(place.nurse)
    chosen = {"urgency": "stopping", "project": place.project.pk}
    shown = what_happens(client, place, **chosen)
    assert "It goes to Olga Onlooker first" in shown
    assert "due by <strong>Monday 30 November, 11am</strong>." in shown
    shown = what_happens(client, place, **chosen, restricted="on")
    assert "It goes to Ruth Adler" in shown
    assert "due by <strong>Friday 27 November, 11am</strong>." in shown


def test_what_needs_no_asking_comes_first_and_nonsense_is_left_out(place, signed_in):
    from people.models import Mandate

    Mandate.objects.create(organisation=place.hospital, domain="data", text="Order read-only accounts.")
    client = signed_in(place.nurse)
    shown = what_happens(client, place, domain="data", organisation=place.hospital.pk)
    assert shown.index("Order read-only accounts.") < shown.index("It goes to Dr Meera Patel")
    shown = what_happens(client, place, domain="nonsense", organisation="x", urgency="now", project="-1")
    assert "It goes to Ruth Adler" in shown  # as if nothing were chosen
    assert "due by" not in shown


def similar(client, place, **typed):
    return client.get(f"{raise_url(place.network)}similar/", typed, headers={"HX-Request": "true"})


def test_earlier_asks_like_it_are_shown_while_typing_with_what_came_of_them(raised, signed_in):
    actions.decline(by=raised.leader, escalation=raised.ask, text="No money", would_change="April")
    client = signed_in(raised.colleague)
    response = similar(client, raised, ask="Discharge letters of a pharmacy", shown="")
    shown = text_of(response)
    assert 'href="/larkton/escalations/E-1/" target="_blank"' in shown
    assert "E-1 · Not possible: No money What would change this: April" in shown
    assert "An earlier ask is like this one." in shown
    again = similar(client, raised, ask="The discharge letters of a pharmacy", shown="E-1")
    assert (again.status_code, again.content) == (204, b"")
    gone = similar(client, raised, ask="Parking", shown="E-1")
    assert "Asked before" not in text_of(gone)
    assert "None of the earlier asks that you may see is like this one." in text_of(gone)
    assert similar(client, raised, ask="Parking", shown="").status_code == 204
    outside = similar(signed_in(raised.onlooker), raised, ask="Discharge letters of a pharmacy")
    assert "pharmacy" not in text_of(outside)


def test_without_javascript_similar_asks_are_shown_when_something_is_wrong(raised, signed_in):
    client = signed_in(raised.nurse)
    assert "Asked before" not in text_of(client.get(raise_url(raised.network)))
    shown = text_of(client.post(raise_url(raised.network), {"ask": "Discharge letters for us"}))
    assert "Choose how badly you need it." in shown
    assert "Asked before" in shown
    assert "hx-swap-oob" not in shown


def test_what_nobody_needs_to_fill_in_is_out_of_the_way_until_it_holds_something(place, signed_in):
    client = signed_in(place.nurse)
    closed, opened_ = '<details class="nhsuk-details">', '<details class="nhsuk-details" open>'
    more = '<summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">Add more'
    assert f"{closed} {more}" in text_of(client.get(raise_url(place.network)))
    assert f"{opened_} {more}" in text_of(client.get(raise_url(place.network), {"project": place.project.pk}))
    kept = text_of(client.post(raise_url(place.network), {"ask": "", "background": "For the trial"}))
    assert f"{opened_} {more}" in kept
    assert "For the trial" in kept


def test_an_ask_of_ten_thousand_letters_is_refused_and_kept(place, signed_in):
    long = "word " * 2048
    response = signed_in(place.nurse).post(
        raise_url(place.network), {"ask": long, "urgency": "slowing", "background": "Kept words"}
    )
    shown = response.content.decode()
    assert "Shorten “What do you need?” to 200 characters: it has 10239 now." in shown
    assert long.strip() in shown
    assert "Kept words" in shown
    assert not Escalation.objects.exists()


@pytest.mark.parametrize(
    ("field", "words"),
    [("organisation", "Choose an organisation of the network"), ("project", "Choose a project of yours")],
)
def test_what_is_not_the_networks_cannot_be_named(place, signed_in, field, words):
    elsewhere = {"organisation": factories.OrganisationFactory(), "project": factories.ProjectFactory()}
    data = {"ask": "A phone", "urgency": "slowing", field: elsewhere[field].pk}
    assert words in text_of(signed_in(place.nurse).post(raise_url(place.network), data))
    assert not Escalation.objects.exists()


def test_an_nhs_number_is_refused_with_the_words_to_remove(place, signed_in):
    data = {"ask": "Letters of 943 476 5919", "urgency": "slowing"}
    shown = text_of(signed_in(place.nurse).post(raise_url(place.network), data))
    assert "Remove “943 476 5919”" in shown


def test_a_form_sent_twice_raises_one_ask(place, signed_in):
    client = signed_in(place.nurse)
    token = opened(client, raise_url(place.network))
    data = {"ask": "A phone", "urgency": "slowing", "_form": token}
    first, second = (client.post(raise_url(place.network), data).url for _ in range(2))
    assert first == second
    assert Escalation.objects.count() == 1


def test_another_ask_on_a_form_that_was_sent_is_another_ask(place, signed_in):
    client = signed_in(place.nurse)
    token = opened(client, raise_url(place.network))
    for words in ("A phone", "A quiet room"):
        client.post(raise_url(place.network), {"ask": words, "urgency": "slowing", "_form": token})
    assert list(Escalation.objects.order_by("number").values_list("ask", flat=True)) == [
        "A phone",
        "A quiet room",
    ]


def test_a_project_page_leads_to_a_form_with_the_project_chosen(place, signed_in):
    client = signed_in(place.nurse)
    form = client.get(raise_url(place.network), {"project": place.project.pk}).context["form"]
    assert form["project"].value() == place.project.pk
    assert client.get(raise_url(place.network), {"project": "nonsense"}).status_code == 200


@pytest.mark.parametrize("who", ["partner", "evaluator"])
def test_who_may_not_raise_asks_finds_no_form(place, signed_in, who):
    assert signed_in(getattr(place, who)).get(raise_url(place.network)).status_code == 404


# --- Acting -----------------------------------------------------------------------------------------------


def test_a_leader_answers_in_two_clicks_and_the_team_closes_it(raised, signed_in):
    leader, nurse, ask = signed_in(raised.leader), signed_in(raised.nurse), raised.ask
    assert "Awaiting first reply" in text_of(page(leader, ask))
    assert "I am looking at it" in text_of(page(leader, ask))
    act(leader, ask, "acknowledge")
    act(leader, ask, "accept", what="Read access for the ward", due_on=SOON.isoformat())
    shown = text_of(page(nurse, ask))
    assert "Yes, promised" in shown
    assert "Read access for the ward, by" in shown
    act(leader, ask, "done", text="It works.")
    assert "Does that settle it?" in text_of(page(nurse, ask))
    assert "Does that settle it?" not in text_of(page(leader, ask))
    assert "Yes, it is settled" in text_of(page(nurse, ask))
    act(nurse, ask, "confirm")
    shown = text_of(page(nurse, ask))
    assert "Settled" in shown
    assert "Promise kept" in shown


def test_a_declined_ask_shows_why_and_what_would_change_it(raised, signed_in):
    leader, nurse = signed_in(raised.leader), signed_in(raised.nurse)
    response = act(leader, raised.ask, "decline", text="The contract ends in March.")
    assert "Say what would change this, or what the team can do now." in text_of(response)
    assert "The contract ends in March." in text_of(response)
    act(leader, raised.ask, "decline", text="The contract ends in March.", would_change="Ask in April.")
    shown = text_of(page(nurse, raised.ask))
    for words in ("Not possible now", "The contract ends in March.", "Ask in April.", "We have read it"):
        assert words in shown
    act(nurse, raised.ask, "confirm")
    assert "Closed: not possible" in text_of(page(nurse, raised.ask))


def test_a_day_that_has_passed_is_refused_and_the_promise_kept_in_the_form(raised, signed_in):
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    response = act(signed_in(raised.leader), raised.ask, "accept", what="Read access", due_on=yesterday)
    assert "Choose a day from today on: this one has passed." in text_of(response)
    assert "Read access</textarea>" in text_of(response)
    assert not raised.ask.commitments.exists()


def test_reading_a_page_changes_nothing(raised, signed_in):
    client = signed_in(raised.leader)
    for move in ("acknowledge", "accept", "decline", "hand-on", "done", "comment"):
        client.get(f"/larkton/escalations/E-1/{move}/")
    assert Escalation.objects.get().version == 1


def test_the_second_leader_is_told_what_the_first_did_and_loses_no_word(raised, signed_in):
    ask = actions.raise_ask(by=raised.onlooker, ask="A quiet room", urgency="helping")
    actions.take(by=raised.second, escalation=ask)
    response = act(signed_in(raised.leader), ask, "take", seen=1, text="I know a room in the east wing.")
    shown = text_of(response)
    assert response.status_code == 409
    assert "Tom Okafor</strong> took it" in shown
    assert "Tom Okafor has this ask already" in shown
    assert "I know a room in the east wing." in shown
    sent = act(signed_in(raised.leader), ask, "comment", text="I know a room in the east wing.")
    assert sent.status_code == 302


def test_what_still_holds_can_be_sent_again(raised, signed_in):
    actions.acknowledge(by=raised.leader, escalation=raised.ask)
    response = act(
        signed_in(raised.leader), raised.ask, "decline", seen=1, text="Because", would_change="Money"
    )
    shown = text_of(response)
    assert response.status_code == 409
    assert "Dr Meera Patel</strong> is looking at it" in shown
    assert "Because" in shown
    assert "Money" in shown
    assert response.context["form"]["seen"].value() == "2"
    act(signed_in(raised.leader), raised.ask, "decline", seen=2, text="Because", would_change="Money")
    assert Escalation.objects.get(pk=raised.ask.pk).state == State.DECLINED


def test_a_form_that_arrives_twice_acts_once(raised, signed_in):
    client = signed_in(raised.leader)
    for _attempt in range(2):
        response = act(client, raised.ask, "acknowledge", seen=1)
    assert response.status_code == 302
    assert Escalation.objects.get(pk=raised.ask.pk).version == 2


@pytest.mark.parametrize(
    ("move", "words", "others"),
    [
        ("acknowledge", {"text": "I ask the pharmacy."}, {"text": "I ask the practice."}),
        ("accept", {"what": "Access.", "due_on": SOON}, {"what": "A paper copy", "due_on": SOON}),
        (
            "accept",
            {"what": "Access", "due_on": SOON},
            {"what": "Access", "due_on": SOON + timedelta(days=9)},
        ),
        ("decline", {"text": "No", "would_change": "April"}, {"text": "No money", "would_change": "April"}),
    ],
)
def test_a_form_that_arrives_again_with_other_words_loses_none(raised, signed_in, move, words, others):
    client = signed_in(raised.leader)
    for _attempt in range(2):
        assert act(client, raised.ask, move, seen=1, **words).status_code == 302
    response = act(client, raised.ask, move, seen=1, **others)
    assert response.status_code == 409
    assert str(next(iter(others.values()))) in text_of(response)


def test_who_may_not_act_reads_why(raised, signed_in):
    assert "The ask is with Dr Meera Patel, who answers it." in text_of(
        page(signed_in(raised.second), raised.ask)
    )
    response = act(signed_in(raised.second), raised.ask, "accept", what="x", due_on=SOON)
    assert response.status_code == 403
    assert "The ask is with Dr Meera Patel" in text_of(response)
    assert signed_in(raised.nurse).get("/larkton/escalations/E-1/decline/").status_code == 403


def test_an_unknown_move_or_reference_is_not_found(raised, signed_in):
    client = signed_in(raised.leader)
    for path in ("E-1/raise/", "E-1/owner-left/", "E-2/", "E-999999999/", "E-0/", "42/"):
        assert client.get(f"/larkton/escalations/{path}").status_code == 404


def test_another_network_finds_nothing(raised, signed_in):
    stranger = factories.MembershipFactory(roles=["staff", "leader"])
    client = signed_in(stranger)
    assert client.get("/larkton/escalations/E-1/").status_code == 404
    assert client.get("/larkton/escalations/").status_code == 404
    assert client.get(f"/{stranger.network.slug}/escalations/E-1/").status_code == 404
    assert client.post(f"/{stranger.network.slug}/escalations/E-1/take/", {"seen": 1}).status_code == 404


def test_handing_on_offers_leaders_with_their_jobs_but_never_raiser_or_owner(raised, signed_in):
    shown = text_of(signed_in(raised.leader).get("/larkton/escalations/E-1/hand-on/"))
    assert "Tom Okafor, Ward sister, Larkton General" in shown
    assert ">Dr Meera Patel," not in shown
    assert ">Jo Bright" not in shown


def test_who_hands_on_a_restricted_ask_for_the_second_time_is_sent_to_the_list(place, signed_in):
    ask = actions.raise_ask(by=place.nurse, ask="Rota trouble", urgency="slowing", restricted=True)
    actions.hand_on(by=place.sponsor, escalation=ask, to=place.leader)
    response = act(signed_in(place.leader), ask, "hand-on", to=place.second.pk)
    assert response.url == "/larkton/escalations/"
    assert page(signed_in(place.leader), ask).status_code == 404


# --- The inbox --------------------------------------------------------------------------------------------


def shown_in(client, **query):
    return [ask.ask for ask in client.get("/larkton/escalations/", query).context["listing"].rows]


def test_the_list_is_searched_and_narrowed(raised, signed_in):
    room = actions.raise_ask(by=raised.onlooker, ask="A quiet room", urgency="helping")
    done = actions.raise_ask(by=raised.nurse, ask="A scanner", urgency="slowing", domain="data")
    actions.accept(by=raised.leader, escalation=done, what="One", due_on=SOON)
    actions.mark_done(by=raised.leader, escalation=done)
    client = signed_in(raised.staff)
    letters = raised.ask.ask
    assert shown_in(client) == ["A quiet room"]
    for query, found in [
        ({"q": "e-2"}, ["A quiet room"]),
        ({"q": "2"}, ["A quiet room"]),
        ({"q": "QUIET"}, ["A quiet room"]),
        ({"q": "ring them up"}, [letters]),
        ({"q": "nothing like it"}, []),
        ({"show": "unowned"}, ["A quiet room"]),
        ({"turn": "team"}, ["A scanner"]),
        ({"turn": "owner", "domain": "data"}, [letters]),
        ({"domain": "unsure"}, ["A quiet room"]),
        ({"state": "done"}, ["A scanner"]),
        ({"owner": "patel", "urgency": "stopping"}, [letters]),
        ({"organisation": raised.practice.name}, ["A quiet room"]),
        ({"project": raised.project.name}, [letters]),
        ({"show": "waiting", "q": "scanner"}, []),
    ]:
        assert sorted(shown_in(client, **query)) == sorted(found), query
    assert shown_in(signed_in(raised.nurse), show="raised") == ["A scanner", letters]
    assert room.owner is None


def test_a_search_without_a_hit_leads_to_all_asks(raised, signed_in):
    shown = text_of(
        signed_in(raised.second).get("/larkton/escalations/", {"show": "waiting", "q": "letters"})
    )
    assert "Look among all asks" in shown
    assert 'href="?show=all&amp;q=letters"' in shown or 'href="?q=letters&amp;show=all"' in shown


def test_the_list_downloads_as_csv(raised, signed_in):
    response = signed_in(raised.staff).get("/larkton/escalations/", {"show": "all", "format": "csv"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Reference,Ask,Due,State,With,How badly,Promised by,Days waited,About")
    due = timezone.localdate(Escalation.objects.get().due_at).isoformat()
    assert lines[1].startswith(
        f"E-1,Access to the pharmacy’s discharge letters,{due},Awaiting first reply,Dr Meera"
    )


def test_the_list_downloads_as_excel_with_the_same_cells_and_filters(raised, signed_in):
    client = signed_in(raised.staff)
    response = client.get("/larkton/escalations/", {"show": "all", "format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    (row,) = list(sheet.iter_rows(min_row=2))
    by_heading = {heading.value: cell for heading, cell in zip(sheet[1], row, strict=True)}
    assert (by_heading["Reference"].value, by_heading["Ask"].value) == (
        "E-1",
        "Access to the pharmacy’s discharge letters",
    )
    assert by_heading["Raised on"].is_date
    response = client.get("/larkton/escalations/", {"show": "all", "format": "xlsx", "q": "nothing like it"})
    assert openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.max_row == 1


def test_no_name_in_the_file_is_run_as_a_formula(raised, signed_in):
    raised.project.name = "=1+1"
    raised.project.save()
    response = signed_in(raised.staff).get("/larkton/escalations/", {"show": "all", "format": "csv"})
    assert ",'=1+1," in b"".join(response.streaming_content).decode()


def test_an_evaluator_sees_no_ask_and_reads_why(raised, signed_in):
    client = signed_in(raised.evaluator)
    assert shown_in(client, show="all") == []
    assert "Asks are not shown to evaluators" in text_of(client.get("/larkton/escalations/"))


@pytest.mark.parametrize("who", ["evaluator", "partner"])
def test_filters_name_nobody_to_who_reads_no_names(raised, signed_in, who):
    shown = text_of(signed_in(getattr(raised, who)).get("/larkton/escalations/", {"q": "nothing"}))
    assert "Nothing is found" in shown
    assert "Tom Okafor" not in shown


def test_nonsense_in_the_address_is_no_error(raised, signed_in):
    client = signed_in(raised.staff)
    for query in (
        "show=x",
        "state=x",
        "owner=x",
        "page=x",
        "sort=x",
        "q=%00",
        "project=999999999999999999999",
    ):
        assert client.get(f"/larkton/escalations/?{query}").status_code == 200, query


def test_an_ask_on_hold_says_until_when_also_to_who_has_it(raised, signed_in):
    until = timezone.localdate() + timedelta(days=7)
    actions.hold(by=raised.leader, escalation=raised.ask, until=until, text="The budget.")
    for who in (raised.leader, raised.nurse):
        text = text_of(page(signed_in(who), raised.ask))
        assert f"On hold until {day(until)}" in text
        assert "This waits for you" not in text


def test_an_ask_that_belongs_elsewhere_says_where_and_that_nobody_answered_it(raised, signed_in):
    actions.move_elsewhere(by=raised.staff, escalation=raised.ask, text="To the incident system.")
    text = text_of(page(signed_in(raised.nurse), raised.ask))
    assert "<strong>Sam Lee:</strong> To the incident system." in text
    assert "Answered by" not in text


def test_whoever_asks_reads_where_it_went(place, signed_in):
    def said(**more):
        sent = {"ask": "A key", "urgency": "slowing", "organisation": place.practice.pk, **more}
        return signed_in(place.nurse).post("/larkton/escalations/raise/", sent, follow=True).content.decode()

    assert "is with network staff" in said()
    place.second.at_table = True
    place.second.save()
    assert "is at the network table: any leader may take it" in said()
    place.project.sponsor = member(place.network, "Mo Manager")
    place.project.save()
    assert "is with Mo Manager, who is told by e-mail now" in said(project=place.project.pk)
