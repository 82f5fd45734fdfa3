"""What nobody should send, sent to every form of asks: a clear sentence, nothing that was typed lost, nothing changed."""

from datetime import timedelta
from html import escape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from people.models import Message
from programmes.escalations import actions
from programmes.escalations.models import Escalation, EscalationEvent
from programmes.escalations.views.acts import ACTS
from tests import factories
from tests.programmes.escalations.conftest import member

TODAY = timezone.localdate()
SOON = (TODAY + timedelta(days=9)).isoformat()
RIGHT = {
    "accept": {"what": "A key", "due_on": SOON},
    "change-promise": {"what": "Two keys", "due_on": SOON, "text": "Supplier"},
    "hold": {"until": SOON, "text": "Budget"},
    "decline": {"text": "No", "would_change": "March"},
    "attach": {"no_patient": "on", "text": ""},
    "join": {},
    "voice": {"answer": "yes_if", "what": "A key", "due_on": SOON, "text": "Budget"},
}
# Who may do it, after what has happened. Others: the leader who has it, at once.
WHEN = {
    "settle": ("manager", "with the manager"),
    "go-on": ("manager", "with the manager"),
    "take": ("leader", "with staff"),
    "wake": ("leader", "on hold"),
    "done": ("leader", "promised"),
    "change-promise": ("leader", "promised"),
    "confirm": ("nurse", "declined"),
    "not-settled": ("nurse", "done"),
    "ask-again": ("nurse", "declined"),
    "wait": ("nurse", "late"),
    "route": ("staff", ""),
    "elsewhere": ("staff", ""),
    "join": ("second", ""),
    "reopen": ("nurse", "confirmed"),
    "attach": ("nurse", ""),
    "voice": ("leader", "in a case"),
    "withdraw": ("nurse", ""),
    "comment": ("nurse", ""),
}
HARMLESS = ["<b>bold</b><script>alert(1)</script>", "👩🏽‍⚕️ 🚑 ﷽ \u202eabc", "'; DROP TABLE x; --", "{{ 7 }}"]
REFUSED = ["a\x00b", "x" * 100_000, "n" * 1_000_000, "Bed 4: 943 476 5919"]


@pytest.fixture
def ready(place, time_machine):
    """Return a function that makes an ask to which a move can be done, and says who does it."""
    time_machine.move_to(timezone.now().replace(hour=10), tick=True)
    place.manager = member(place.network, "Mo Manager")
    other = factories.NetworkFactory(slug="elsewhere")
    place.stranger = member(other, "Stranger", "leader", organisation=factories.OrganisationFactory())

    def make(slug):
        who, before = WHEN.get(slug, ("leader", ""))
        if before == "with the manager":
            place.project.sponsor = place.manager
            place.project.save()
        if before == "in a case":
            case = actions.draft_case(by=place.nurse, project=place.project, title="A key", problem="None")
            asked = {"lead": place.leader, "others": [place.second], "urgency": "stopping"}
            return actions.put_case(by=place.nurse, case=case, **asked), place.leader
        ask = actions.raise_ask(
            by=place.nurse,
            ask="A key",
            urgency="stopping",
            project=place.project,
            domain="data",
            organisation=place.practice if before == "with staff" else place.hospital,
        )
        if before == "on hold":
            actions.hold(by=place.leader, escalation=ask, until=TODAY + timedelta(days=9), text="Budget")
        if before in ("promised", "done"):
            actions.accept(by=place.leader, escalation=ask, what="A key", due_on=TODAY)
        if before == "done":
            actions.mark_done(by=place.leader, escalation=ask)
        if before in ("declined", "confirmed"):
            actions.decline(by=place.leader, escalation=ask, text="No", would_change="March")
        if before == "confirmed":
            actions.confirm(by=place.nurse, escalation=ask)
        if before == "late":
            Escalation.objects.update(raised_at=timezone.now() - timedelta(days=30))
            EscalationEvent.objects.update(at=timezone.now() - timedelta(days=30))
            actions.renew_clocks(place.network)
            actions.run_clocks()
        return Escalation.objects.get(pk=ask.pk), getattr(place, who)

    return make


def right(slug, place, ask):
    sent = {"seen": ask.version, **RIGHT.get(slug, {"text": "Words"})}
    if slug in ("hand-on", "route"):
        sent["to"] = place.second.pk
    if slug == "voice":
        sent["leader"] = place.leader.pk
    return sent


def file():
    return SimpleUploadedFile("plan.txt", b"Monday")


def everything():
    return (
        list(Escalation.objects.order_by("pk").values()),
        list(EscalationEvent.objects.order_by("pk").values()),
        Message.objects.count(),
    )


def post(client, ask, slug, sent):
    if slug == "attach":
        sent = {"file": file(), **sent}
    return client.post(f"/larkton/escalations/{ask.reference}/{slug}/", sent)


def assert_refused(response, before, typed=()):
    assert response.status_code == 200
    page = response.content.decode()
    assert "There is a problem" in page
    for words in typed:
        assert escape(words) in page
    assert everything() == before


SLUGS = [act.slug for act in ACTS]
# Each with the fields in which people write.
FIELDS = [
    (slug, field)
    for slug in SLUGS
    for field in {"text": "", **RIGHT.get(slug, {})}
    if field in ("text", "what", "would_change")
]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_form_takes_what_is_right_and_what_is_only_odd(ready, place, signed_in, slug):
    for words in ("Words", *HARMLESS):
        ask, who = ready(slug)
        field = "what" if slug in ("accept", "change-promise") else "text"
        sent = right(slug, place, ask) | {field: words}
        response = post(signed_in(who), ask, slug, sent)
        assert response.status_code == 302, response.content.decode()
        assert words in ask.events.last().text or slug == "join"
        page = signed_in(who).get(ask.get_absolute_url())
        assert b"<script>alert" not in page.content
        Escalation.objects.exclude(pk=ask.pk).delete()


@pytest.mark.parametrize(("slug", "field"), FIELDS)
def test_what_no_form_takes_is_refused_and_kept(ready, place, signed_in, slug, field):
    ask, who = ready(slug)
    client, before = signed_in(who), everything()
    for words in REFUSED:
        other = "Something else that I typed"
        fields = {"text": other, **({"what": other} if slug in ("accept", "change-promise") else {})}
        sent = right(slug, place, ask) | fields | {field: words}
        kept = [words] if "\x00" not in words else []
        kept += [other] if other in sent.values() else []
        assert_refused(post(client, ask, slug, sent), before, kept)


@pytest.mark.parametrize(
    ("slug", "field", "wrong"),
    [
        ("hold", "until", TODAY.isoformat()),
        ("hold", "until", "2020-01-01"),
        ("hold", "until", ""),
        ("hold", "until", "9999-12-31"),
        ("hold", "until", "31/2/2027"),
        ("hold", "until", "0000-00-00"),
        ("hold", "until", "tomorrow\x00"),
        ("accept", "due_on", "2020-01-01"),
        ("accept", "due_on", "9999-12-31"),
        ("voice", "due_on", "2020-01-01"),
        ("voice", "due_on", "9999-12-31"),
        ("voice", "answer", "maybe"),
        ("voice", "leader", "stranger"),
        ("voice", "leader", "999999999999999999999999"),
        ("accept", "due_on", "١/١/٢٠٣٠x"),
        ("change-promise", "due_on", "2020-01-01"),
        ("hand-on", "to", "stranger"),
        ("hand-on", "to", "999999999999999999999999"),
        ("hand-on", "to", "-1"),
        ("hand-on", "to", "1 OR 1=1"),
        ("hand-on", "to", "\x00"),
        ("hand-on", "to", "nurse"),
        ("route", "to", "stranger"),
        ("comment", "seen", "-1"),
        ("comment", "seen", "x"),
        ("comment", "seen", ""),
    ],
)
def test_wrong_days_numbers_and_people_are_refused(ready, place, signed_in, slug, field, wrong):
    ask, who = ready(slug)
    before = everything()
    value = getattr(place, wrong).pk if hasattr(place, wrong) and wrong else wrong
    sent = right(slug, place, ask) | {"text": "Words that I typed", field: value}
    assert_refused(post(signed_in(who), ask, slug, sent), before, ["Words that I typed"])


def test_an_ask_is_not_brought_to_who_has_it_already(ready, place, signed_in):
    ask, who = ready("route")
    before = everything()
    response = post(signed_in(who), ask, "route", right("route", place, ask) | {"to": place.leader.pk})
    assert response.status_code == 409
    assert "The ask cannot go to Dr Meera Patel" in response.content.decode()
    assert everything() == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tool.exe", b"MZ"),
        ("letter.pdf", b"MZ"),
        ("empty.txt", b""),
        ("big.txt", b"a" * (50 * 1024 * 1024)),
        ("../../etc/passwd", b"root"),
        ("bed.txt", b"Bed 4: 943 476 5919"),
    ],
)
def test_wrong_files_are_refused(ready, signed_in, name, content):
    ask, who = ready("attach")
    before = everything()
    sent = {"seen": 1, "no_patient": "on", "text": "Typed", "file": SimpleUploadedFile(name, content)}
    assert_refused(post(signed_in(who), ask, "attach", sent), before, ["Typed"])


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("ask", words) for words in [*REFUSED, "", "   "]),
        *(("background", words) for words in REFUSED),
        ("urgency", "very"),
        ("urgency", ""),
        ("domain", "magic"),
        ("organisation", "999999999999999999999999"),
        ("organisation", "elsewhere"),
        ("project", "elsewhere"),
        ("project", "x\x00"),
    ],
)
def test_a_wrong_ask_is_refused_and_kept(place, signed_in, field, wrong):
    other = factories.NetworkFactory()
    made = {"organisation": factories.OrganisationFactory, "project": factories.ProjectFactory}
    value = made[field](network=other).pk if wrong == "elsewhere" else wrong
    before = everything()
    sent = {"ask": "A key that I typed", "urgency": "slowing", "background": "Because of the ward"}
    sent[field] = value
    response = signed_in(place.nurse).post("/larkton/escalations/raise/", sent)
    kept = [words for words in sent.values() if isinstance(words, str) and "typed" in words]
    assert_refused(response, before, kept)


def test_a_form_that_is_sent_again_acts_once(ready, place, signed_in):
    for slug in SLUGS:
        if slug in ("attach", "join"):  # a file may be attached twice; who joins twice is told once
            continue
        ask, who = ready(slug)
        client, sent = signed_in(who), right(slug, place, ask)
        assert post(client, ask, slug, sent).status_code == 302
        before = everything()
        again = post(client, ask, slug, sent)
        assert again.status_code in (302, 409), slug
        assert everything() == before, slug
        place.project.sponsor = None
        place.project.save()


@pytest.mark.parametrize(
    "path",
    [
        "E-0",
        "E-999999999",
        "E-9999999999",
        "E-01x",
        "E-1/files/1",
        "E-1/files/99999999999999999999999",
        "E-1/no-such-move",
        "E-1/remind",
    ],
)
def test_addresses_of_nothing_are_not_found(raised, signed_in, path):
    assert signed_in(raised.nurse).get(f"/larkton/escalations/{path}/").status_code == 404


def test_a_reference_of_another_network_is_nothing_here(raised, signed_in):
    stranger = member(factories.NetworkFactory(slug="elsewhere"), "Stranger", "staff", "leader")
    client, before = signed_in(stranger), everything()
    for network in ("larkton", "elsewhere"):
        for slug in SLUGS:
            response = client.post(f"/{network}/escalations/E-1/{slug}/", {"seen": 1, "text": "Words"})
            assert response.status_code == 404
    assert everything() == before


@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "a" * 3000, "page=-1", "page=9999999999999999999999", "sort=x"]
)
def test_a_list_answers_whatever_is_asked_of_it(raised, signed_in, query):
    for show in ("waiting", "all", "nonsense"):
        assert signed_in(raised.nurse).get(f"/larkton/escalations/?show={show}&{query}").status_code == 200
