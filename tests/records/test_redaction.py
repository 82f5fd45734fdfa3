"""Words that should never have been written are removed from everywhere in one network, and nowhere else."""

from datetime import date

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from iocn.api.actions import make_key
from iocn.records.actions import place_hold
from iocn.records.models import Redaction
from iocn.records.redaction import PlacesChanged, find, fingerprint, redact_words
from iocn.shared.models import History
from iocn.shared.privacy import registry
from iocn.shared.words import Words
from people import actions as people
from people.models import ClosedDay, Membership, Upload
from programmes.escalations import actions as asks
from programmes.escalations.files import Checked
from programmes.escalations.models import Story
from programmes.measures import actions as measures
from programmes.models import Import, ImportRow, ImportSeries, TestCycle
from programmes.projects import actions as projects
from tests import factories

NAME = "Mabel Patient"
REASON = "It said who a patient is."


def everywhere(network) -> Membership:
    """Write the name wherever somebody can, in the network; return who did."""
    by = factories.MembershipFactory(network=network, name="Ola Writer", roles=["leader", "staff"])
    raiser = factories.MembershipFactory(network=network)
    hospital = factories.OrganisationFactory(network=network, name=f"House of {NAME}")
    people.add_post(by=by, membership=raiser, organisation=hospital, job_title=f"Aunt of {NAME}", level="top")
    people.set_mandate(by=by, organisation=hospital, domain="data", text=f"Ask {NAME}.")
    people.give_remit(by=by, membership=by, organisation=hospital, domain="money")
    ClosedDay.objects.create(network=network, day=date(2026, 6, 3), name=f"Farewell to {NAME}")
    programme = factories.ProgrammeOfCareFactory(
        network=network, name=f"For {NAME}", aim=f"That {NAME} is well"
    )
    project = factories.ProjectFactory(network=network, programme=programme, name=NAME, aim=f"Help {NAME}")
    prototype = factories.PrototypeFactory(project=project, name=f"Call {NAME}")
    TestCycle.objects.create(
        prototype=prototype, number=1, do=f"Called {NAME}", plan=NAME, study=NAME, act=NAME, logged_by=by
    )
    measure = factories.MeasureFactory(
        project=project,
        name=f"Days of {NAME}",
        subgroup=NAME,
        unit=NAME,
        source=NAME,
        chart="run",
        values=[3],
    )
    number = factories.ObservationFactory(
        measure=measure, period=date(2024, 2, 1), note=f"{NAME} was ill", added_by=by
    )
    measures.leave_out(by=by, observation=number, reason=f"{NAME} was ill")
    measures.begin_phase(by=by, measure=measure, begins=number.period, reason=f"{NAME} left")
    measures.set_baseline(by=by, measure=measure, until=number.period, reason=f"{NAME} said so")
    measures.annotate(by=by, measure=measure, on=number.period, text=f"{NAME} came back")
    ask = asks.raise_ask(by=raiser, ask=f"A bed for {NAME}", background=f"{NAME} waits", urgency="stopping")
    asks.take(by=by, escalation=ask, text=f"I know {NAME}")
    asks.hand_on(
        by=by,
        escalation=ask,
        to=factories.MembershipFactory(network=network, roles=["leader"]),
        text=f"{NAME} again",
    )
    asks.attach(by=by, escalation=ask, file=Checked(f"{NAME}.txt", "txt", b"A list."))
    Story.objects.create(network=network, escalation=ask, text=f"{NAME} is home", proposed_by=by)
    case = asks.draft_case(
        by=by,
        project=project,
        measures=[measure],
        **dict.fromkeys(("title", "problem", "options", "cost", "benefit", "risk", "asked"), f"Of {NAME}"),
    )
    top = factories.MembershipFactory(network=network, roles=["leader"])
    put = asks.put_case(by=by, case=case, lead=top, urgency="slowing")
    top = Membership.objects.with_roles().select_related("network").get(pk=top.pk)
    asks.voice(by=top, escalation=put, answer="no", text=f"{NAME} says no", would_change=f"Ask {NAME}")
    session = factories.SessionFactory(
        cohort__network=network, cohort__name=f"Friends of {NAME}", title=f"With {NAME}", place=NAME
    )
    factories.AttendanceFactory(session=session, mark="substitute", substitute=NAME)
    place_hold(by=by, on=project, reason=f"The case of {NAME}")
    people.add_staff_task(kind="project", subject=project, text=f"Who follows {NAME}?")
    Upload.objects.create(
        network=network, by=by, kind="members", name="a.csv", content=f"email,name\na@b.org,{NAME}\n".encode()
    )
    make_key(by=by, measure=measure, name=f"Job of {NAME}")
    files = [
        Import.objects.create(
            network=network, by=by, measure=measure, name="b.csv", content=b"date,n\n1,%s\n" % number, rows=1
        )
        for number in (b"2", NAME.encode())
    ]
    part = ImportSeries.objects.create(brought=files[0], organisation_name=NAME, subgroup=NAME)
    ImportRow.objects.create(
        brought=files[0], series=part, line=2, text=NAME, note=NAME, was=NAME, errors=[NAME], what=0
    )
    return by


def texts(network) -> dict[str, list[str]]:
    """Return every text in the network's rows, of every table, by field."""
    found: dict[str, list[str]] = {}
    for held in registry.values():
        rows = held.rows(network.pk) if held.network else []
        for row in rows:
            for name in (*held.words, *held.names):
                found.setdefault(f"{held.model.__name__}.{name}", []).append(str(getattr(row, name)))
    return found


def redact(by, words=NAME, reason=REASON):
    seen = fingerprint(find(by.network, [Words(words)]))
    return redact_words(by=by, words=Words(words), reason=reason, seen=seen)


def test_words_go_from_everywhere_where_somebody_can_write(network):
    by = everywhere(network)
    before = texts(network)
    had = {where for where, all_texts in before.items() if any(NAME in text for text in all_texts)}
    assert {"Escalation.ask", "EscalationEvent.text", "TestCycle.act", "Message.html", "History.text"} <= had

    redact(by)

    for where, all_texts in texts(network).items():
        assert not [text for text in all_texts if NAME.casefold() in text.casefold()], where
    after = texts(network)
    for where in had:
        assert any("[removed]" in text for text in after[where]), where


def test_every_field_of_words_is_reached(network):
    by = everywhere(network)
    reached = {f"{place.held.model.__name__}.{place.field}" for place in find(network, [Words(NAME)])}
    words = {f"{held.model.__name__}.{name}" for held in registry.values() for name in held.words}
    not_written_here = {
        "Message.error",
        "EscalationEvent.would_change",
        "Commitment.what",
        "Voice.what",
        "Evidence.sentence",
        "Redaction.reason",
        "Upload.name",
        "Upload.columns",
        "Import.name",
        "Import.offer",
        "Import.choices",
        "Import.facts",
        "Import.refusal",
    }
    assert words - reached <= not_written_here
    assert "Upload." in reached
    assert by.network == network


def test_a_file_that_waits_to_be_imported_goes_as_a_whole_if_it_has_them(network):
    by = everywhere(network)
    kept = Upload.objects.create(
        network=network, by=by, kind="members", name="b.csv", content=b"email,name\nb@b.org,Bo\n"
    )
    redact(by)
    assert list(Upload.objects.all()) == [kept]


def test_a_file_of_numbers_goes_with_all_that_was_read_of_it(network):
    by = everywhere(network)
    staged = ImportRow.objects.get().brought
    Import.objects.update(content=f"date,n\n1,{NAME}\n".encode())
    redact(by)
    assert not Import.objects.exists()
    assert not ImportRow.objects.filter(brought=staged).exists()


def test_an_email_that_waits_is_sent_without_them(network, deliver):
    by = everywhere(network)
    redact(by)
    mails = deliver()
    assert mails
    for mail in mails:
        assert NAME not in str(mail)
        assert NAME not in mail.get_body(("plain",)).get_content() + mail.get_body(("html",)).get_content()


def test_who_removed_them_and_why_stays_and_never_the_words(network):
    by = everywhere(network)
    number = len(find(network, [Words(NAME)]))

    done = redact(by)

    assert (done.by, done.reason, done.places, done.kind) == (by, REASON, number, "words")
    assert sum(done.found.values()) == number
    assert done.found["Asks"] == 4  # two of an ask, and two of a business case that was put
    written = History.objects.of(done).get()
    assert (written.by, written.what, written.text) == (by, f"removed words from {number} places", REASON)
    assert NAME not in str([list(model._default_manager.values()) for model in (Redaction, History)])


def test_each_thing_says_that_words_were_removed_from_it(network):
    by = everywhere(network)
    ask, project = network.escalations.earliest("number"), network.projects.get()
    other = factories.ProjectFactory(network=network)

    redact(by)

    for thing in (project, project.programme, project.measures.get(), network.organisations.get()):
        assert (
            History.objects.of(thing).filter(what="removed words that must not be here", by=by).count() == 1
        )
    assert not History.objects.of(other).exists()
    last = ask.events.order_by("-number").first()
    ask.refresh_from_db()
    assert (last.move, last.by, last.text, last.number, last.state) == (
        "redact",
        by,
        REASON,
        ask.version,
        ask.state,
    )


def test_another_network_keeps_its_words(network):
    by = everywhere(network)
    elsewhere = factories.NetworkFactory()
    everywhere(elsewhere)
    before = texts(elsewhere)
    redact(by)
    assert texts(elsewhere) == before


def test_a_persons_own_name_stays_theirs(network, staff):
    mabel = factories.MembershipFactory(network=network, name=NAME)
    factories.ProjectFactory(network=network, aim=f"Ask {NAME}")
    redact(staff)
    mabel.refresh_from_db()
    assert (mabel.name, mabel.person.name) == (NAME, NAME)


def test_a_number_goes_however_it_is_written(network, staff):
    for aim in ("Bed 9434765919", "943 476 5919", "943-476-5919", "943 476 5918"):
        factories.ProjectFactory(network=network, aim=aim)
    assert redact(staff, "943 476 5919").places == 3
    assert {project.aim for project in network.projects.all()} == {
        "Bed [removed]",
        "[removed]",
        "943 476 5918",
    }


def test_names_that_must_differ_still_do(network, staff):
    names = ["Mabel Patient", "mabel  patient", "[removed] 2"]
    for name in names:
        factories.ProjectFactory(network=network, name=name)
        factories.OrganisationFactory(network=network, name=name)
    redact(staff)
    for things in (network.projects, network.organisations):
        assert sorted(thing.name for thing in things.all()) == ["[removed]", "[removed] 2", "[removed] 3"]


def test_a_text_that_is_full_still_fits(network, staff):
    factories.PrototypeFactory(project__network=network, name="Li " * 66 + "Li")
    redact(staff, "Li")
    name = apps.get_model("programmes.Prototype").objects.get().name
    assert len(name) <= 200
    assert "Li" not in name


def test_the_second_of_two_staff_is_told_that_they_are_gone(network, staff):
    factories.ProjectFactory(network=network, aim=NAME)
    seen = fingerprint(find(network, [Words(NAME)]))
    redact(staff)
    with pytest.raises(ValidationError, match="somebody has just removed them"):
        redact_words(by=staff, words=Words(NAME), reason=REASON, seen=seen)
    assert Redaction.objects.count() == 1


def test_what_was_not_seen_is_not_removed(network, staff):
    factories.ProjectFactory(network=network, aim=NAME)
    seen = fingerprint(find(network, [Words(NAME)]))
    factories.ProjectFactory(network=network, aim=f"Also {NAME}")
    with pytest.raises(PlacesChanged) as changed:
        redact_words(by=staff, words=Words(NAME), reason=REASON, seen=seen)
    assert len(changed.value.places) == 2
    assert network.projects.filter(aim__contains=NAME).count() == 2


def test_the_reason_may_not_say_them(network, staff):
    factories.ProjectFactory(network=network, aim=NAME)
    with pytest.raises(ValidationError, match="without the words"):
        redact(staff, reason=f"{NAME} is a patient")


def test_all_or_nothing(network, staff, monkeypatch):
    factories.ProjectFactory(network=network, aim=NAME)

    def fail(**kwargs):
        raise IntegrityError

    monkeypatch.setattr("iocn.records.redaction.note", fail)
    with pytest.raises(IntegrityError):
        redact(staff)
    assert network.projects.get().aim == NAME
    assert not Redaction.objects.exists()


def test_an_overwritten_text_goes_from_history_too(network, staff):
    project = factories.ProjectFactory(network=network, aim=NAME)
    projects.change_project(by=staff, project=project, name=project.name, aim="Better", programme=None)
    assert NAME in str(History.objects.of(project).values_list("text"))
    redact(staff)
    assert NAME not in str(History.objects.of(project).values_list("text"))
