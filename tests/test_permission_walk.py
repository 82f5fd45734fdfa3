"""Every address of the product, walked by everybody: what answers whom is in the tables below.

A new address fails until it has its row. What is refused must also have written nothing.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from types import SimpleNamespace

import openpyxl
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from iocn.api.actions import make_key
from iocn.api.models import AccessKey
from iocn.records.models import Hold
from iocn.shared.models import History
from iocn.shared.tables import Brought, read_csv
from people import invitations, messages
from people.models import Absence, ClosedDay, Delegate, Membership, Message, StaffTask, Upload
from programmes.escalations import actions as escalations
from programmes.escalations.files import Checked
from programmes.escalations.models import Attachment, EscalationEvent
from programmes.escalations.views.acts import BY_SLUG
from programmes.measures import actions as measures
from programmes.models import Measure, TestCycle
from tests import factories

# Who walks. The first six hold one role and have nothing to do with the project and its ask; the last three
# are in it: who leads its team and raised the ask, its citizen partner, the leader whom the ask waits for.
INSIDE = ["staff", "leader", "member", "coach", "citizen_partner", "evaluator", "lead", "partner", "owner"]
# For these no page of the network exists. (Without a sign-in: the sign-in page.)
OUTSIDE = ["elsewhere", "invited", "closed"]

# y  answers (a form that was sent empty is shown again, or what was asked is done)
# -  404: does not exist for them      x  403: they see it, and may not
# m  405: no such method               c  409: not as things are now
#
#                                   GET        POST
#                                   staff, leader, member, coach, citizen partner, evaluator; lead, partner, owner
TABLE = {
    "people:me": "yyyyyyyyy yyyyyyyyy",
    "people:members": "yyyy-yyyy mmmmmmmmm",
    "people:invite": "y-------- y--------",
    "people:import": "y-------- y--------",
    "people:import_columns": "y-------- y--------",
    "people:import_preview": "y-------- y--------",
    "people:member": "yyyy--yyy mmmmmmmmm",
    "people:invite_again": "m-------- y--------",
    "people:roles": "y-------- y--------",
    "people:post_add": "y-------- y--------",
    "people:post": "y-------- y--------",
    "people:remit_give": "y-------- y--------",
    "people:remit_take": "m-------- y--------",
    "people:table_seat": "m-------- y--------",
    "people:away": "-y------y -y------y",
    "people:member_away": "y-------y y-------y",
    "people:absence_end": "mmmmmmmmm y-------y",
    "people:delegates": "-y------y -y------y",
    "people:member_delegates": "y-------y y-------y",
    "people:delegate_end": "mmmmmmmmm y-------y",
    "people:close_member": "y-------- y--------",
    "people:organisations": "yyyy-yy-y mmmmmmmmm",
    "people:organisation_add": "y-------- y--------",
    "people:organisation": "yyyy--y-y mmmm--m-m",
    "people:organisation_change": "y-------- y--------",
    "people:organisation_sponsor": "y-------- y--------",
    "people:organisation_close": "y-------- y--------",
    "people:mandate": "yxxx--x-y yxxx--x-y",
    "people:network_settings": "y-------- y--------",
    "people:closed_days": "y-------- y--------",
    "people:closed_day_remove": "m-------- y--------",
    "people:sign_ins": "y-------- m--------",
    "people:staff_list": "y-------- m--------",
    "people:settle": "m-------- y--------",
    "projects:programmes": "yyyy-yy-y mmmm-mm-m",
    "projects:new_programme": "yxxx-xx-x yxxx-xx-x",
    "projects:programme": "yyyy-yy-y mmmm-mm-m",
    "projects:change_programme": "yxxx-xx-x yxxx-xx-x",
    "projects:projects": "yyyyyyyyy mmmmmmmmm",
    "projects:new_project": "yyyyxxyxy yyyyxxyxy",
    "projects:project": "yyyy-yyyy mmmmmmmmm",
    "projects:change_project": "yxxx-xyxx yxxx-xyxx",
    "projects:move_stage": "yxxx-xyxx yxxx-xyxx",
    "projects:history": "yyyy-xyyy mmmmmmmmm",
    "projects:add_to_team": "yxxx-xyxx yxxx-xyxx",
    "projects:team_member": "yxxx--yxx yxxx--yxx",
    "projects:leave_team": "mmmmmmmmm yxxx--yxx",
    "projects:log_try": "yxxx-xyyx yxxx-xyyx",
    "projects:prototype": "yyyy-yyyy mmmmmmmmm",
    "projects:complete_try": "yxxx--yyx yxxx--yyx",
    "projects:log": "yyyyyyyyy mmmmmmmmm",
    "measures:measures": "yyyyyyyyy mmmmmmmmm",
    "measures:wall": "yyyyyyyyy mmmmmmmmm",
    "measures:wall_of_project": "yyyy-yyyy mmmmmmmmm",
    "measures:wall_of_programme": "yyyy-yy-y mmmmmmmmm",
    "measures:wall_of_organisation": "yyyy-yy-y mmmmmmmmm",
    "measures:add_measure": "yxxx-xyxx yxxx-xyxx",
    "measures:add_to_programme": "yxxx-xx-x yxxx-xx-x",
    "measures:add_to_organisation": "yxxx-xx-y yxxx-xx-y",
    "measures:add_to_network": "yxxxxxxxx yxxxxxxxx",
    "measures:measure": "yyyy-yyyy mmmmmmmmm",
    "measures:compare": "yyyy-yyyy mmmmmmmmm",
    "measures:funnel": "yyyy-yyyy mmmmmmmmm",
    "measures:change_measure": "yxxx-xyxx yxxx-xyxx",
    "measures:add_number": "yxxx-xyxx yxxx-xyxx",
    "measures:change_number": "yxxx-xyxx yxxx-xyxx",
    "measures:remove_number": "yxxx-xyxx yxxx-xyxx",
    "measures:leave_out": "yxxx-xyxx yxxx-xyxx",
    "measures:chart": "yxxx-xyxx yxxx-xyxx",
    "measures:change_chart": "yxxx-xyxx yxxx-xyxx",
    "measures:template": "yxxx-xyxx mmmmmmmmm",
    "api:measure_keys": "yxxx-xyxx yxxx-xyxx",
    "api:programme_keys": "yxxx-xx-x yxxx-xx-x",
    "api:revoke_key": "mmmmmmmmm yxxx-xyxx",
    "measures:import": "yxxx-xyxx yxxx-xyxx",
    "measures:import_to_programme": "yxxx-xx-x yxxx-xx-x",
    "measures:import_to_network": "yxxxxxxxx yxxxxxxxx",
    # Whoever brought the file sees it, nobody else.
    "measures:import_columns": "------y-- ------y--",
    "measures:import_preview": "------y-- ------y--",
    "measures:import_progress": "------y-- mmmmmmmmm",
    "measures:import_discard": "mmmmmmmmm ------y--",
    "escalations:inbox": "yyyyyyyyy mmmmmmmmm",
    "escalations:raise": "yyyy--y-y yyyy--y-y",
    "escalations:several acknowledge": "mmmmmmmmm -y------y",
    "escalations:several hand-on": "mmmmmmmmm -y------y",
    "escalations:several route": "mmmmmmmmm y--------",
    "escalations:similar": "yyyy--y-y mmmm--m-m",
    "escalations:routes": "yy------y y--------",
    "escalations:leadership": "yyyy-yy-y mmmmmmmmm",
    "escalations:remit_take": "m-------- y--------",
    "escalations:stories": "yyyyy-yyy mmmmmmmmm",
    "escalations:story": "xx----xxx xx----xxx",
    "escalations:times": "y-------- y--------",
    "escalations:meeting": "y-------- mmmmmmmmm",
    "escalations:cases": "yyyyyyyyy mmmmmmmmm",
    "escalations:new_case": "yxxx-xyxx yxxx-xyxx",
    "escalations:case": "y-----yy- mmmmmmmmm",
    "escalations:change_case": "y-----yx- y-----yx-",
    "escalations:put_case": "y-----yx- y-----yx-",
    "escalations:ask": "yy----yyy mmmmmmmmm",
    "escalations:act take": "xy----xxy xc----xxc",
    "escalations:act acknowledge": "xx----xxy xx----xxy",
    "escalations:act voice": "xx----xxx xx----xxx",
    "escalations:act accept": "xx----xxy xx----xxy",
    "escalations:act done": "xx----xxy xx----xxc",
    "escalations:act confirm": "yx----yyx cx----ccx",
    "escalations:act not-settled": "yx----yyx cx----ccx",
    "escalations:act decline": "xx----xxy xx----xxy",
    "escalations:act route": "yx----xxx yx----xxx",
    "escalations:act hand-on": "xx----xxy xx----xxy",
    "escalations:act withdraw": "yx----yyx yx----yyx",
    "escalations:act comment": "yy----yyy yy----yyy",
    "escalations:act join": "xy----xxx xy----xxx",
    "escalations:act attach": "yy----yyy yy----yyy",
    "escalations:act hold": "xx----xxy xx----xxy",
    "escalations:act wake": "xx----xxy xx----xxc",
    "escalations:act change-promise": "xx----xxy xx----xxc",
    "escalations:act settle": "xx----xxx xx----xxx",
    "escalations:act go-on": "xx----xxx xx----xxx",
    "escalations:act elsewhere": "yx----xxx yx----xxx",
    "escalations:act ask-again": "yx----yyx cx----ccx",
    "escalations:act reopen": "yx----yyx cx----ccx",
    "escalations:act wait": "yx----yyx cx----ccx",
    "escalations:attachment": "yy----yyy mmmmmmmmm",
    "escalations:attachment_remove": "yx----yxx yx----yxx",
    "learning:cohorts": "yyyyyyyyy mmmmmmmmm",
    "learning:new_cohort": "y-------- y--------",
    "learning:here": "yyyyyyyyy yyyyyyyyy",
    "learning:cohort": "y----yyy- mmmmmmmmm",
    "learning:change_cohort": "y----xxx- y----xxx-",
    "learning:copy_cohort": "y----xxx- y----xxx-",
    "learning:history": "y----xxx- mmmmmmmmm",
    "learning:sessions_file": "y----yyy- mmmmmmmmm",
    "learning:attendance_file": "y----xxx- mmmmmmmmm",
    "learning:participants": "y-----yy- mmmmmmmmm",
    "learning:enrol": "y----xxx- y----xxx-",
    "learning:participant": "y-----yx- y-----yx-",
    "learning:leave": "mmmmmmmmm y-----xx-",
    "learning:add_sessions": "y----xxx- y----xxx-",
    "learning:session": "y-----xx- y-----xx-",
    "learning:call_off": "mmmmmmmmm y-----xx-",
    "learning:attendance": "y-----xx- y-----xx-",
    "records:records": "y-------- m--------",
    "records:periods": "y-------- y--------",
    "records:holds": "y-------- m--------",
    "records:hold": "y-------- y--------",
    "records:hold_end": "m-------- y--------",
    "records:disposals": "y-------- m--------",
    "records:redactions": "y-------- m--------",
    "records:redact": "y-------- y--------",
    "records:redact_member": "y-------- y--------",
    "records:export_member": "m-------- y--------",
    "records:export_organisation": "m-------- y--------",
    "records:own": "mmmmmmmmm yyyyyyyyy",
    "home:home": "yyyyyyyyy mmmmmmmmm",
}

# Pages of no network: what a stranger gets, what somebody signed in gets.
ANYWHERE = {
    "start": ("sign in", "y"),
    "networks": ("sign in", "y"),
    "invitation": ("y", "y"),
    # A sign-in opens nothing of the API: a key does (tests/api).
    "api-schema": ("y", "y"),
    "api-measures": ("401", "401"),
    "api-observations": ("401", "401"),
    "stop_mail": ("y", "y"),
    "account": ("sign in", "y"),
    "account_set_password": ("sign in", "y"),
    "socialaccount_login_cancelled": ("y", "y"),
    "openid_connect_login": ("-", "-"),
    "openid_connect_callback": ("-", "-"),
    "end_sign_in": ("m", "m"),
    "end_other_sign_ins": ("m", "m"),
    "account_login": ("y", "y"),
    "account_reauthenticate": ("sign in", "y"),
    "mfa_login_webauthn": ("sign in", "y"),
    "mfa_authenticate": ("sign in", "y"),
    "mfa_trust": ("sign in", "y"),
    "mfa_reauthenticate": ("sign in", "y"),
    "mfa_reauthenticate_webauthn": ("sign in", "y"),
    "mfa_index": ("sign in", "y"),
    "mfa_list_webauthn": ("sign in", "y"),
    "mfa_activate_totp": ("sign in", "y"),
    "mfa_deactivate_totp": ("sign in", "-"),
    "mfa_add_webauthn": ("sign in", "y"),
    "mfa_remove_webauthn": ("sign in", "y"),
    "mfa_edit_webauthn": ("sign in", "y"),
    "mfa_view_recovery_codes": ("sign in", "-"),
    "mfa_generate_recovery_codes": ("sign in", "y"),
    "mfa_download_recovery_codes": ("sign in", "-"),
    "account_logout": ("sign in", "y"),
    "account_inactive": ("y", "y"),
    "account_change_password": ("sign in", "y"),
    "account_reset_password": ("y", "y"),
    "account_reset_password_done": ("y", "y"),
    "account_reset_password_from_key": ("y", "y"),
    "account_reset_password_from_key_done": ("y", "y"),
}


# --- The place they walk through ----------------------------------------------------------------------------

# In every name of a person, and in every free text: evaluators read neither.
NAME, WORDS = "Namewell", "wordwell"


def member(network, who, *roles, **kwargs) -> Membership:
    name = who.title() if who in ("evaluator", "elsewhere") else f"{who.title()} {NAME}"
    made = factories.MembershipFactory(
        network=network, name=name, email=f"{who}@example.org", roles=roles or ["member"], **kwargs
    )
    return Membership.objects.with_roles().select_related("network", "person").get(pk=made.pk)


@pytest.fixture
def place(db) -> SimpleNamespace:
    """A network with one of everything, and everybody who walks."""
    network = factories.NetworkFactory(slug="here", name="Here")
    who = {role: member(network, role, role) for role in INSIDE[:6]}
    who["lead"] = member(network, "lead")
    who["partner"] = member(network, "partner", "citizen_partner")
    who["owner"] = member(network, "owner", "leader")
    who["elsewhere"] = member(
        factories.NetworkFactory(slug="there"), "elsewhere", "staff", "leader", "member"
    )
    who["invited"] = member(network, "invited", joined_at=None, invited_at=timezone.now())
    who["closed"] = member(network, "closed", "staff", closed_at=timezone.now(), closed_by=who["staff"])
    hospital = factories.OrganisationFactory(network=network, name="A hospital")
    post = factories.PostFactory(membership=who["lead"], organisation=hospital)
    remit = factories.RemitFactory(membership=who["owner"], organisation=hospital, domain="data")
    project = factories.ProjectFactory(network=network, name="A project", aim=f"An aim {WORDS}")
    lead = factories.TeamMemberFactory(project=project, membership=who["lead"], part="lead")
    factories.TeamMemberFactory(project=project, membership=who["partner"], part="citizen_partner")
    measure = factories.MeasureFactory(project=project, name="A measure")
    ask = escalations.raise_ask(
        by=who["lead"],
        ask=f"An ask {WORDS}",
        urgency="stopping",
        project=project,
        domain="data",
        organisation=hospital,
    )
    assert ask.owner == who["owner"]
    letter = Checked("letter.txt", "txt", b"A letter.")
    escalations.attach(by=who["lead"], escalation=ask, file=letter)
    ask.refresh_from_db()
    file_on_ask = Attachment.objects.get(event__escalation=ask)
    prototype = factories.PrototypeFactory(project=project, name="A prototype")
    cohort = factories.CohortFactory(network=network, name="A cohort")
    factories.FacilitatorFactory(cohort=cohort, membership__name=f"Facilitator {NAME}")
    enrolment = factories.EnrolmentFactory(cohort=cohort, membership=who["lead"], project=project)
    factories.EnrolmentFactory(cohort=cohort, membership=who["partner"])
    case = escalations.draft_case(
        by=who["lead"], project=project, title=f"A case {WORDS}", problem=f"Trouble {WORDS}"
    )
    return SimpleNamespace(
        case=case,
        file_on_ask=file_on_ask,
        network=network,
        who=who,
        cohort=cohort,
        enrolment=enrolment,
        session=factories.SessionFactory(cohort=cohort),
        hold=Hold.objects.create(network=network, reason=f"Held {WORDS}", by=who["staff"], project=project),
        hospital=hospital,
        absence=Absence.objects.create(
            membership=who["owner"],
            from_date=date(2020, 1, 1),
            until_date=date(2020, 1, 2),
            created_by=who["owner"],
        ),
        delegate=Delegate.objects.create(
            leader=who["owner"],
            delegate=who["coach"],
            power=Delegate.Power.ACT,
            until=date(2020, 1, 1),  # so that nobody acts for anybody on this walk
            created_by=who["owner"],
        ),
        closed_day=ClosedDay.objects.create(network=network, day=date(2027, 6, 3), name="A closed day"),
        post=post,
        remit=remit,
        programme=factories.ProgrammeOfCareFactory(network=network, name="A programme", aim=f"Why {WORDS}"),
        project=project,
        place_in_team=lead,
        prototype=prototype,
        test_cycle=TestCycle.objects.create(
            prototype=prototype, number=1, do=f"Tried {WORDS}", on=date(2026, 1, 5), logged_by=who["lead"]
        ),
        measure=measure,
        number=measures.add_observation(
            by=who["lead"],
            measure=measure,
            period=date(2026, 1, 1),
            numerator=3,
            denominator=9,
            note=f"Note {WORDS}",
        ),
        ask=ask,
        file_of_members=Upload.objects.create(
            network=network,
            by=who["staff"],
            kind=Upload.Kind.MEMBERS,
            name="members.csv",
            content=b"email,name\nnew@example.org,New\n",
            columns={"email": "email", "name": "name"},
        ),
        access_key=key_of(who["lead"], measure),
        file_of_numbers=measures.bring(
            by=who["lead"],
            measure=measure,
            file=Brought(b"month,late,all\n2026-02,1,2\n", name="numbers.csv"),
            table=read_csv(b"month,late,all\n2026-02,1,2\n"),
        ),
        task=StaffTask.objects.create(
            network=network,
            kind=StaffTask.Kind.PROJECT,
            text=f"To do {WORDS}",
            subject_type=ContentType.objects.get_for_model(project),
            subject_id=project.pk,
        ),
    )


def key_of(membership: Membership, measure: Measure) -> AccessKey:
    make_key(by=membership, measure=measure, name="Nightly job")
    return AccessKey.objects.get(measure=measure)


def arguments(name: str, place: SimpleNamespace) -> dict[str, object]:
    """Return what the address needs, of the things in the place."""
    if name == "invitation":
        return {"token": invitations.path(place.who["invited"]).rstrip("/").rpartition("/")[2]}
    if name == "stop_mail":
        url = messages.stop_url(place.who["lead"], Message.Kind.ASK)
        return {"token": url.rstrip("/").rpartition("/")[2]}
    if name in ("mfa_remove_webauthn", "mfa_edit_webauthn", "end_sign_in"):
        return {"pk": 1}
    if name.startswith("openid_connect"):
        return {"provider_id": "organisation"}
    if name == "account_reset_password_from_key":
        return {"uidb36": "1", "key": "set-password"}
    room, _, page = name.partition(":")
    pk = {
        "people": {
            "import_columns": place.file_of_members,
            "import_preview": place.file_of_members,
            "mandate": place.hospital,
            "absence_end": place.absence,
            "delegate_end": place.delegate,
            "member_away": place.who["owner"],
            "member_delegates": place.who["owner"],
            "closed_day_remove": place.closed_day,
            "settle": place.task,
        },
        "projects": {"programme": place.programme, "change_programme": place.programme},
        "measures": dict.fromkeys(
            ("import_columns", "import_preview", "import_progress", "import_discard"), place.file_of_numbers
        ),
        "api": {"revoke_key": place.access_key},
        "records": {
            "hold_end": place.hold,
            "redact_member": place.who["closed"],
            "export_organisation": place.hospital,
        },
    }.get(room, {})
    usual = {
        "people": place.hospital if "organisation" in page else place.who["lead"],
        "projects": place.project,
        "learning": place.cohort,
        "records": place.who["lead"],
    }
    if page in ("remit_take", "remit_give"):
        usual["people"] = place.who["owner"]
    if page == "invite_again":
        usual["people"] = place.who["invited"]
    return {
        "network": place.network.slug,
        "pk": getattr(pk.get(page, usual.get(room)), "pk", None),
        "post_pk": place.post.pk,
        "remit_pk": place.remit.pk,
        "domain": "data",
        "place": place.place_in_team.pk,
        "prototype": place.prototype.pk,
        "test_cycle": place.test_cycle.pk,
        "project": place.project.pk,
        "programme": place.programme.pk,
        "organisation": place.hospital.pk,
        "measure": place.measure.pk,
        "what": "note",
        "enrolment": place.enrolment.pk,
        "attachment": place.file_on_ask.pk,
        "session": place.session.pk,
        "case": place.case.pk,
        "urgency": "stopping",
        # An ask's number, or that of a measure's number.
        "number": place.ask.number if room == "escalations" else place.number.pk,
    }


def body(name: str, place: SimpleNamespace) -> dict[str, object]:
    """Return what is posted: what an ask's forms want, so that permission alone decides; else nothing."""
    if name == "escalations:remit_take":
        return {"domain": "data", "organisation": place.hospital.pk, "leader": place.who["owner"].pk}
    if not name.startswith("escalations:act"):
        return {}
    text = dict.fromkeys(("text", "what", "would_change"), "For good reasons")
    another, soon = place.who["leader"].pk, date.today() + timedelta(30)  # noqa: DTZ011
    return {**text, "seen": place.ask.version, "to": another, "due_on": soon, "until": soon, "answer": "yes"}


# --- The walk -----------------------------------------------------------------------------------------------


def patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every named address below the resolver."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, f"{one.namespace}:" if one.namespace else namespace)
        else:
            yield f"{namespace}{one.name or one.pattern}", one


ADDRESSES = dict(patterns(get_resolver()))


def address(row: str, place: SimpleNamespace) -> str:
    """Return the address of a row of the tables; after a space stands what is done to an ask."""
    name, _, move = row.partition(" ")
    needed = ADDRESSES[name].pattern.regex.groupindex
    given = {**arguments(name, place), "move": move}
    needs = [key for key in (*needed, "network") if key in given and (key in needed or ":" in name)]
    return reverse(name, kwargs={key: given[key] for key in needs})


def written() -> tuple[int, ...]:
    """Return how much history there is: every action writes some."""
    return History.objects.count(), EscalationEvent.objects.count()


def answer(client: Client, method: str, path: str, data: dict[str, object]) -> tuple[str, str]:
    """Return the table's letter for what comes, and the page; what it wrote is taken back."""
    with transaction.atomic():
        before = written()
        response = client.generic("GET", path) if method == "GET" else client.post(path, data)
        status, page = response.status_code, text_of(response)
        if status == 302 and response["Location"].startswith("/accounts/login/"):
            letter = "sign in"
        else:
            letter = {200: "y", 302: "y", 403: "x", 404: "-", 405: "m", 409: "c"}.get(status, str(status))
        if letter != "y" or method == "GET":
            assert written() == before, f"{method} {path} was refused or only read, and wrote history"
        transaction.set_rollback(True)
    return letter, page


def text_of(response) -> str:
    """Return what the reader gets, of an Excel file what stands in its sheets, of other archives their files."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if not content.startswith(b"PK"):
        return content.decode()
    if response["Content-Type"] == "application/zip":
        archive = zipfile.ZipFile(io.BytesIO(content))
        return "\n".join(archive.read(name).decode() for name in archive.namelist())
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return "\n".join(str(value) for row in sheet.values for value in row)


def signed_in(membership: Membership) -> Client:
    client = Client()
    client.force_login(membership.person)
    return client


def test_every_address_has_its_row():
    ours = {name for name in ADDRESSES if name != "gallery/"}
    assert {row.partition(" ")[0] for row in TABLE} | set(ANYWHERE) == ours


def test_everything_that_is_done_to_an_ask_has_its_row():
    assert {row for row in TABLE if row.startswith("escalations:act")} == {
        f"escalations:act {move}" for move in BY_SLUG
    }


@pytest.mark.parametrize("row", TABLE)
def test_a_page_of_the_network_answers_whom_it_should(row, place):
    path, data = address(row, place), body(row, place)
    found = [
        "".join(answer(signed_in(place.who[who]), method, path, data)[0] for who in INSIDE)
        for method in ("GET", "POST")
    ]
    assert " ".join(found) == TABLE[row]


@pytest.mark.parametrize("row", TABLE)
def test_a_page_of_the_network_does_not_exist_for_anybody_else(row, place):
    path, data = address(row, place), body(row, place)
    for method in ("GET", "POST"):
        assert answer(Client(), method, path, data)[0] in ("sign in", "m")
        for who in OUTSIDE:
            letter, page = answer(signed_in(place.who[who]), method, path, data)
            assert letter in "-m", who
            assert place.network.name not in page.partition("<main")[2]


@pytest.mark.parametrize("row", TABLE)
def test_no_page_complains_before_anything_was_sent(row, place):
    for who in ("staff", "lead", "owner"):
        _letter, page = answer(signed_in(place.who[who]), "GET", address(row, place), {})
        assert "There is a problem" not in page


def test_others_read_the_names_and_words_that_evaluators_do_not(place):
    pages = [answer(signed_in(place.who["leader"]), "GET", address(row, place), {})[1] for row in TABLE]
    assert all(
        word in "".join(pages) for word in ("An aim", "An ask", "Why", "Tried", "Note", f"Lead {NAME}")
    )


@pytest.mark.parametrize("row", TABLE)
def test_evaluators_read_no_name_and_no_free_text(row, place):
    for extra in ("", "?format=csv", "?format=xlsx"):
        letter, page = answer(signed_in(place.who["evaluator"]), "GET", address(row, place) + extra, {})
        if letter == "y":
            assert NAME not in page
            assert WORDS not in page


@pytest.mark.parametrize("row", TABLE)
def test_a_citizen_partner_reads_nothing_of_projects_that_are_not_theirs(row, place):
    for extra in ("", "?format=csv", "?format=xlsx"):
        letter, page = answer(signed_in(place.who["citizen_partner"]), "GET", address(row, place) + extra, {})
        if letter == "y":
            assert WORDS not in page
            assert "A project" not in page
            assert f"Lead {NAME}" not in page


@pytest.mark.parametrize("row", ANYWHERE)
def test_a_page_of_no_network_answers_whom_it_should(row, place):
    path = address(row, place)
    found = (
        answer(Client(), "GET", path, {})[0],
        answer(signed_in(place.who["member"]), "GET", path, {})[0],
    )
    assert found == ANYWHERE[row]
