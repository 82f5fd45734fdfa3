"""What is old goes at night, unless a hold stops it; how much it was stays."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.utils import timezone

from iocn.records.actions import end_hold, place_hold, set_periods
from iocn.records.disposal import clear_what_belongs_to_no_network, dispose
from iocn.records.leavers import anonymise
from iocn.records.models import Disposal, Hold
from iocn.records.retention import BY_KEY, SCHEDULE, before, numbers_for, period
from iocn.records.tasks import dispose_of_what_is_old
from iocn.shared.history import record
from iocn.shared.models import History
from learning.models import Cohort
from people.models import Absence, Delegate, Membership, Message, Person, SignIn, StaffTask
from programmes.escalations import actions as asks
from programmes.models import Escalation, PathwayProject
from tests import factories

LONG_AGO = timedelta(days=366 * 7)


def everything_old(network, staff):
    """Make one of each thing that the schedule disposes of, old enough for it; return them by the rule's key."""
    then = timezone.now() - LONG_AGO
    hospital = factories.OrganisationFactory(network=network)
    left = factories.MembershipFactory(network=network, name="Old Timer", closed_at=then, closed_by=staff)
    factories.PostFactory(membership=left, organisation=hospital, is_main=False)
    invited = factories.MembershipFactory(network=network, name="No Show", joined_at=None, invited_at=then)
    message = Message.objects.create(
        network=network, to=left, kind="ask", cause="x", subject="s", text="t", state="sent", state_at=then
    )
    project = factories.ProjectFactory(network=network, stage="stopped", stage_since=then, moved_at=then)
    factories.MeasureFactory(project=project, values=[1, 2])
    factories.TeamMemberFactory(project=project, membership=left)
    record(by=staff, on=project, what="stopped it")
    cohort = factories.CohortFactory(
        network=network, begins_on=(then - timedelta(days=90)).date(), ends_on=then.date()
    )
    factories.EnrolmentFactory(cohort=cohort, membership=left)
    task = StaffTask.objects.create(
        network=network,
        kind="project",
        text="Old",
        left_by=left,
        subject_type=ContentType.objects.get_for_model(project),
        subject_id=project.pk,
        settled_at=then,
        settled_by=staff,
    )
    ask = asks.raise_ask(
        by=factories.MembershipFactory(network=network), ask="Old", urgency="helping", organisation=hospital
    )
    Escalation.objects.filter(pk=ask.pk).update(
        state="withdrawn", sponsor=left, due_at=None, next_due_at=None
    )
    ask.events.update(at=then)
    on = then.date()
    absence = Absence.objects.create(membership=left, from_date=on, until_date=on, created_by=left)
    delegate = Delegate.objects.create(
        leader=left,
        delegate=factories.MembershipFactory(network=network),
        power="read",
        until=on,
        created_by=left,
    )
    # It waited on staff, who were told.
    Message.objects.filter(network=network).exclude(pk=message.pk).delete()
    return {
        "messages": message, "invitations": invited, "tasks": task, "members": left, "asks": ask,
        "projects": project, "cohorts": cohort, "absences": absence, "delegates": delegate,
    }  # fmt: skip


def is_there(thing) -> bool:
    if isinstance(thing, Membership) and thing.closed_at:
        return not Membership.objects.get(pk=thing.pk).anonymised_at
    return type(thing)._default_manager.filter(pk=thing.pk).exists()


def test_what_is_old_goes_and_how_much_it_was_stays(network, staff):
    things = everything_old(network, staff)
    invited = things["invitations"].person

    done = dispose(network)

    assert done == dict.fromkeys([rule.key for rule in SCHEDULE], 1)
    assert not [key for key, thing in things.items() if is_there(thing)]
    assert {row.key: row.number for row in Disposal.objects.filter(network=network)} == done
    assert Membership.objects.get(pk=things["members"].pk).name == "Former member"
    assert not Person.objects.filter(pk=invited.pk).exists()
    kind = ContentType.objects.get_for_model(PathwayProject)
    assert not History.objects.filter(subject_type=kind, subject_id=things["projects"].pk).exists()


def test_a_second_run_finds_nothing(network, staff):
    everything_old(network, staff)
    dispose(network)
    assert dispose(network) == {}
    assert all(row.number == 1 for row in Disposal.objects.all())


def test_what_is_not_old_enough_or_still_needed_stays(network, staff):
    things = everything_old(network, staff)
    now = timezone.now()
    Message.objects.update(state_at=now - timedelta(days=89))
    StaffTask.objects.update(settled_at=None, settled_by=None)
    Membership.objects.filter(pk=things["members"].pk).update(closed_at=now - timedelta(days=365))
    Membership.objects.filter(pk=things["invitations"].pk).update(invited_at=now - timedelta(days=364))
    things["asks"].events.update(at=now - timedelta(days=2000))
    Escalation.objects.update(project=things["projects"])
    Cohort.objects.update(ends_on=(now - timedelta(days=2000)).date())
    Absence.objects.update(until_date=(now - timedelta(days=700)).date())
    # Its last day has long passed, but it was ended by hand later.
    Delegate.objects.update(ended_at=now - timedelta(days=700))
    assert dispose(network) == {}


def test_another_networks_things_are_its_own(network, staff):
    elsewhere = factories.NetworkFactory()
    theirs = everything_old(elsewhere, factories.MembershipFactory(network=elsewhere, roles=["staff"]))
    place_hold(by=staff, on=None, reason="Inquiry")
    everything_old(network, staff)
    assert dispose(network) == {}
    assert all(is_there(thing) for thing in theirs.values())
    assert len(dispose(elsewhere)) == len(SCHEDULE)


def test_a_hold_on_the_network_stops_everything_until_it_ends(network, staff):
    things = everything_old(network, staff)
    hold = place_hold(by=staff, on=None, reason="Inquiry")
    assert dispose(network) == {}
    assert all(is_there(thing) for thing in things.values())
    end_hold(by=staff, hold=hold)
    assert len(dispose(network)) == len(SCHEDULE)


@pytest.mark.parametrize("on", ["organisation", "project", "person"])
def test_a_hold_keeps_what_concerns_it(network, staff, on):
    things = everything_old(network, staff)
    subject = {
        "organisation": things["asks"].organisation,
        "project": things["projects"],
        "person": things["members"],
    }[on]
    place_hold(by=staff, on=subject, reason="Complaint")

    dispose(network)

    kept = {key for key, thing in things.items() if is_there(thing)}
    # Who left was in that organisation and that team, sponsored the ask, and left the task behind.
    expected = {
        "messages",
        "tasks",
        "absences",
        "delegates",
        "members",
        "asks",
        "projects",
        "cohorts",
    }
    assert kept == (expected if on != "project" else expected - {"asks"})


def test_a_hold_ends_by_itself_after_its_last_day(network, staff):
    everything_old(network, staff)
    hold = place_hold(by=staff, on=None, reason="Inquiry", until=timezone.localdate())
    assert dispose(network) == {}
    Hold.objects.filter(pk=hold.pk).update(until=timezone.localdate() - timedelta(days=1))
    assert dispose(network)


def test_who_is_on_hold_is_not_replaced_by_staff_either(network, staff):
    left = everything_old(network, staff)["members"]
    place_hold(by=staff, on=left, reason="Complaint")
    with pytest.raises(ValidationError, match="on hold"):
        anonymise(by=staff, membership=left, reason="They asked", in_texts=True)


def test_holds_are_in_the_history(network, staff):
    project = factories.ProjectFactory(network=network)
    hold = place_hold(by=staff, on=project, reason="Inquiry")
    end_hold(by=staff, hold=hold)
    end_hold(by=staff, hold=hold)
    assert [(row.what, row.text) for row in History.objects.of(project)] == [
        ("ended a hold", "Inquiry"),
        ("placed a hold", "Inquiry"),
    ]


def test_a_hold_cannot_be_on_another_networks_thing_nor_over_already(network, staff):
    with pytest.raises(ValidationError):
        place_hold(by=staff, on=factories.ProjectFactory(), reason="Why")
    with pytest.raises(ValidationError, match="over already"):
        place_hold(by=staff, on=None, reason="Why", until=timezone.localdate() - timedelta(days=1))


def test_a_network_keeps_things_for_as_long_as_it_says(network, staff):
    things = everything_old(network, staff)
    set_periods(by=staff, numbers={"asks": 10, "messages": 90})
    dispose(network)
    assert is_there(things["asks"])
    assert not is_there(things["messages"])
    written = History.objects.of(network).get()
    assert written.text == "Asks with all their steps and promises: 6 years → 10 years"
    assert numbers_for(network)["asks"] == 10
    assert numbers_for(factories.NetworkFactory())["asks"] == 6


def test_many_go_in_small_steps(network, staff, monkeypatch):
    monkeypatch.setattr("iocn.records.disposal.CHUNK", 2)
    then = timezone.now() - LONG_AGO
    for number in range(5):
        Message.objects.create(
            network=network,
            to=staff,
            kind="ask",
            cause=str(number),
            subject="s",
            text="t",
            state="sent",
            state_at=then,
        )
    assert dispose(network) == {"messages": 5}
    assert Disposal.objects.get().number == 5


def test_the_nightly_task_goes_on_when_one_network_is_in_trouble(network, staff, monkeypatch, caplog):
    everything_old(network, staff)
    troubled = factories.NetworkFactory(slug="aaa")

    def sometimes(one, now=None):
        if one == troubled:
            raise RuntimeError("broken")
        return dispose(one, now)

    monkeypatch.setattr("iocn.records.tasks.dispose", sometimes)
    dispose_of_what_is_old()
    assert Disposal.objects.filter(network=network).count() == len(SCHEDULE)
    assert "was not disposed of" in caplog.text


def test_mail_about_sign_ins_goes_after_ninety_days(db):
    now = timezone.now()
    for days, state in ((91, "sent"), (89, "sent"), (91, "due")):
        Message.objects.create(
            address="a@example.org", kind="account", cause=f"{days}{state}", subject="s", text="t",
            state=state, state_at=now - timedelta(days=days),
        )  # fmt: skip
    clear_what_belongs_to_no_network()
    assert sorted(Message.objects.values_list("cause", flat=True)) == ["89sent", "91due"]


def test_sign_ins_go_after_a_year(db):
    person = factories.PersonFactory()
    now = timezone.now()
    for days in (366, 364):
        SignIn.objects.create(
            person=person, method="password", device=str(days), at=now - timedelta(days=days)
        )
    clear_what_belongs_to_no_network()
    assert [sign_in.device for sign_in in SignIn.objects.all()] == ["364"]


def test_a_year_ago_is_the_same_day_and_leap_days_are_known():
    years = BY_KEY["tasks"]
    assert before(years, 1, datetime(2027, 3, 1, 12, tzinfo=UTC)) == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert before(years, 1, datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2027, 2, 28, tzinfo=UTC)


def test_periods_read_as_people_say_them():
    assert period(BY_KEY["tasks"], 1) == "1 year"
    assert period(BY_KEY["messages"], 90) == "90 days"


def test_staff_see_what_is_kept_and_change_for_how_long(network, staff, signed_in):
    client = signed_in(staff)
    assert "6 years" in client.get("/larkton/records/").content.decode()
    numbers = numbers_for(network) | {"messages": 30}
    page = client.post("/larkton/records/periods/", numbers, follow=True).content.decode()
    assert "30 days" in page
    refused = client.post("/larkton/records/periods/", numbers | {"messages": 0})
    assert "Write a number from 7 to 3650" in refused.content.decode()
    assert numbers_for(network)["messages"] == 30


def test_staff_put_on_hold_what_they_found_and_end_it(network, staff, signed_in):
    client = signed_in(staff)
    project = factories.ProjectFactory(network=network, name="Falls at night")
    factories.ProjectFactory(name="Falls elsewhere")
    page = client.get("/larkton/records/", {"q": "falls"}).content.decode()
    assert "Falls elsewhere" not in page
    path = f"/larkton/records/hold/?project={project.pk}"
    assert path.replace("&", "&amp;") in page
    assert "Put Falls at night on hold" in client.get(path).content.decode()
    page = client.post(path, {"reason": "Inquiry", "until": ""}, follow=True).content.decode()
    assert "On hold: the schedule leaves it alone." in page
    hold = Hold.objects.get()
    page = client.post(f"/larkton/records/holds/{hold.pk}/end/", follow=True).content.decode()
    assert "Nothing is on hold." in page
    assert "Falls at night" in client.get("/larkton/records/holds/").content.decode()


@pytest.mark.parametrize("address", ["project=99999999", "project=x", "organisation=-1"])
def test_what_is_not_in_the_network_cannot_be_put_on_hold(network, staff, signed_in, address):
    assert signed_in(staff).get(f"/larkton/records/hold/?{address}").status_code == 404


def test_somebody_of_another_network_cannot_be_put_on_hold(staff, signed_in):
    other = factories.MembershipFactory()
    assert signed_in(staff).get(f"/larkton/records/hold/?member={other.pk}").status_code == 404


@pytest.mark.parametrize("times", [1, 10])
def test_the_page_of_records_takes_as_many_queries_for_more_rows(
    network, staff, signed_in, times, django_assert_num_queries
):
    for _number in range(times):
        factories.MembershipFactory(network=network, name="Ann")
        organisation = factories.OrganisationFactory(network=network)
        Hold.objects.create(network=network, by=staff, reason="Why", organisation=organisation)
        Hold.objects.create(network=network, by=staff, reason="Why")
    client = signed_in(staff)
    with django_assert_num_queries(7):
        page = client.get("/larkton/records/", {"q": "ann"})
    assert page.content.decode().count("Download all that is held") == times
    assert len(page.content) < 40_000


@pytest.mark.parametrize("page", ["holds", "disposals"])
@pytest.mark.parametrize("times", [1, 10])
def test_the_lists_take_as_many_queries_for_more_rows(
    network, staff, signed_in, times, page, django_assert_num_queries
):
    for number in range(2 * times):
        project = factories.ProjectFactory(network=network)
        Hold.objects.create(network=network, by=staff, reason="Why", project=project)
        day = timezone.localdate() - timedelta(days=number)
        Disposal.objects.create(network=network, key="asks", on=day, number=3)
    client = signed_in(staff)
    with django_assert_num_queries(3):
        text = client.get(f"/larkton/records/{page}/").content.decode()
    assert text.count("Asks with all their steps" if page == "disposals" else "Why</td>") == 2 * times
