"""Bringing members in from a file."""

import threading
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iocn.shared.models import History
from iocn.shared.tables import read_csv
from iocn.shared.workbooks import brought
from people import actions
from people.member_import import make_plan
from people.models import Membership, Message, Organisation, Person, Post, StaffTask, Upload
from tests import factories
from tests.shared.test_workbooks import workbook

HEADINGS = "email,name,organisation,level,job_title"
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.fixture
def bring(staff, hospital, signed_in):
    """Return a function that uploads rows (or a file's bytes) and returns the page it leads to."""
    client = signed_in(staff)

    def upload(*rows, headings=HEADINGS, content=None, name="members.csv"):
        content = "\n".join([headings, *rows]).encode() if content is None else content
        return client.post(
            "/larkton/members/import/", {"file": SimpleUploadedFile(name, content)}, follow=True
        )

    upload.client = client
    return upload


def confirm(bring, page, **data):
    return bring.client.post(
        page.request["PATH_INFO"], data or {"seen": page.context["plan"].fingerprint}, follow=True
    )


def everything():
    """What an import may write to, to show that nothing was written."""
    models = (Person, Membership, Post, Message, StaffTask, History, Organisation)
    return [list(model.objects.order_by("pk").values()) for model in models]


def errors_of(page):
    return {row.line: row.errors for row in page.context["plan"].rows if row.errors}


def test_a_good_file_goes_straight_to_the_preview_and_is_imported_when_confirmed(bring, staff, deliver):
    page = bring(
        "Jo@Example.org,Jo Bell,rr8,Front line,Nurse", "al@example.org,Al Oak,larkton hospitals,TOP,Chief"
    )
    assert page.redirect_chain[-1][0].endswith(f"/members/import/{Upload.objects.get().pk}/")
    assert "Import 2 rows" in page.text
    assert "Nurse, Larkton Hospitals, Front line, Member" in page.text
    assert not Membership.objects.filter(person__email="jo@example.org").exists()
    page = confirm(bring, page)
    assert "Imported: 2 invited." in page.text
    jo = Membership.objects.get(person__email="jo@example.org")
    assert (jo.name, jo.roles, jo.main_post.level) == ("Jo Bell", {"member"}, "front_line")
    assert str(jo.main_post) == "Nurse, Larkton Hospitals"
    assert [str(entry) for entry in History.objects.of(jo)] == ["Sue Staff invited them"]
    assert {mail["To"] for mail in deliver()} == {"jo@example.org", "al@example.org"}
    assert not Upload.objects.exists()


def test_other_headings_are_matched_by_their_usual_names(bring):
    page = bring(
        "jo@example.org,Jo,RR8,middle,X", headings="E-mail address,Full name,Employer,Seniority,Job title"
    )
    assert [row.outcome for row in page.context["plan"].rows] == ["Add"]


def test_an_excel_workbook_goes_the_same_way(bring):
    page = bring(
        content=workbook(
            HEADINGS.split(","), ["jo@example.org", "Jo Bell", "rr8", "Front line", "Nurse"], More=[["x"]]
        ),
        name="members.xlsx",
    )
    assert "Import 1 row" in page.text
    assert (
        "The sheet “Sheet” is read, the first with anything in it. The other sheet is left out." in page.text
    )
    assert "Imported: 1 invited." in confirm(bring, page).text


def test_a_formula_in_a_workbook_makes_its_row_wrong_and_an_nhs_number_as_a_number_too(bring):
    page = bring(
        content=workbook(
            [*HEADINGS.split(","), "age"],
            ["jo@example.org", '=HYPERLINK("https://evil.example")', "RR8", "top", "Chief", "=1+1"],
            ["al@example.org", "Al", "RR8", "top", 9434765919, "=1+1"],
            ["di@example.org", "Di", "RR8", "top", "Chief", "=1+1"],
        )
    )
    first, second = (sentence for (sentence,) in errors_of(page).values())
    assert first.startswith("name (cell B2) begins like a formula (“=HYPERLINK(")
    assert second.startswith("job_title: Remove “9434765919”")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_empty_file_to_fill_in_is_there_and_needs_no_choice_of_columns(bring, kind):
    empty = b"".join(bring.client.get(f"/larkton/members/import/?format={kind}").streaming_content)
    headings = brought(empty).csv.decode("utf-8-sig").replace('"', "").strip()
    assert headings == "email,name,organisation,level,job_title,role"
    assert "Import 1 row" in bring("jo@example.org,Jo,RR8,top,Chief,", headings=headings).text


def test_strange_headings_are_matched_by_the_person(bring):
    page = bring("Jo Bell,jo@example.org,RR8,top,x", headings="Wer,Wohin,Wo,Wie,Was")
    assert "Which column is which?" in page.text
    path = page.request["PATH_INFO"]
    page = bring.client.post(path, {"email": "Wohin", "name": "Wohin"})
    assert "“Wohin” is chosen already for “E-mail address”" in page.text
    page = bring.client.post(path, {"email": "Wohin"})
    assert "Choose the column of “Name”" in page.text
    chosen = {"email": "Wohin", "name": "Wer", "organisation": "Wo", "level": "Wie", "job_title": ""}
    page = bring.client.post(path, chosen, follow=True)
    (row,) = page.context["plan"].rows
    assert (row.email, row.name, row.job_title, row.outcome) == ("jo@example.org", "Jo Bell", "", "Add")
    assert path in page.text  # the columns can be chosen again


WRONG = {
    "no e-mail address": (",Jo,RR8,top,x", "The e-mail address is missing."),
    "no address at all": ("jo,Jo,RR8,top,x", "“jo” is not an e-mail address."),
    "no name": ("jo@example.org,,RR8,top,x", "The name is missing."),
    "unknown organisation": ("jo@example.org,Jo,ZZ9,top,x", "There is no organisation “ZZ9” in this network"),
    "unknown level": (
        "jo@example.org,Jo,RR8,boss,x",
        "“boss” is no level. Write one of: Senior leader, Manager, Front line, Citizen partner.",
    ),
    "no level": ("jo@example.org,Jo,RR8,,x", "The level is missing."),
    "no organisation": ("jo@example.org,Jo,,top,x", "The organisation of the post is missing."),
    "formula": (
        "jo@example.org,=1+1,RR8,top,x",
        "name (cell B3) begins like a formula (“=1+1”). Write the value itself.",
    ),
    "NHS number": ("jo@example.org,Jo,RR8,top,943 476 5919", "job_title: Remove “943 476 5919”"),
    "too long a name": (f"jo@example.org,{'x' * 121},RR8,top,x", "The name is longer than 120 characters."),
    "too many cells": ("jo@example.org,Jo,RR8,top,x,y", "It has 6 cells, but there are 5 headings."),
}


@pytest.mark.parametrize(("row", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_each_wrong_row_has_its_sentence_and_nothing_can_be_confirmed(bring, row, sentence):
    before = everything()
    page = bring("good@example.org,Good,RR8,top,x", row)
    (errors,) = errors_of(page).values()
    assert len(errors) == 1
    assert errors[0].startswith(sentence)
    assert "Put the rows that are wrong right in your file, and bring it again." in page.text
    assert 'name="confirm"' not in page.text
    confirm(bring, page)
    assert everything() == before


def test_an_address_twice_in_the_file_names_the_other_line(bring):
    page = bring("jo@example.org,Jo,RR8,top,x", "al@example.org,Al,RR8,top,x", "JO@example.org,Joe,RR8,top,x")
    assert errors_of(page) == {
        2: ["jo@example.org is also in line 4. Leave one row for each person."],
        4: ["jo@example.org is also in line 2. Leave one row for each person."],
    }


def test_letters_that_cannot_be_read_are_said_once(bring):
    content = f"{HEADINGS}\nzoe@example.org,Zo\u00eb,RR8,top,x".encode("latin-1")
    (errors,) = errors_of(bring(content=content)).values()
    assert len(errors) == 1
    assert "cannot be read. Save the file as “CSV UTF-8”" in errors[0]


def test_roles_are_read_by_key_or_label_and_an_unknown_one_is_wrong(bring):
    headings = f"{HEADINGS},role"
    page = bring(
        'a@example.org,A,RR8,top,x,"Leader, coach"', "b@example.org,B,RR8,top,x,king", headings=headings
    )
    assert page.context["plan"].rows[0].roles == ("leader", "coach")
    assert errors_of(page)[3][0].startswith("“king” is no role. Write one of: Network staff, Leader")


def test_a_citizen_partner_without_a_role_sees_no_more_than_they_are_invited_for(bring):
    page = bring("c@example.org,C,RR8,citizen partner,")
    confirm(bring, page)
    assert Membership.objects.get(person__email="c@example.org").roles == {"citizen_partner"}


def test_a_known_member_is_changed_but_never_their_own_name_or_address(bring, staff, hospital):
    member = factories.MembershipFactory(network=staff.network, name="Ann Own", email="ann@example.org")
    post = factories.PostFactory(membership=member, organisation=hospital, job_title="Nurse")
    page = bring("ann@example.org,Annie Typed,RR8,manager,Matron")
    (row,) = page.context["plan"].rows
    assert row.changes == [("Level", "Front line", "Manager"), ("Job title", "Nurse", "Matron")]
    assert "The name stays Ann Own: only they change it." in page.text
    assert "Imported: 1 changed" in confirm(bring, page).text
    member.refresh_from_db()
    post.refresh_from_db()
    assert member.name == member.person.name == "Ann Own"
    assert (post.job_title, post.level, post.is_main) == ("Matron", "middle", True)
    assert "Level: Front line → Manager" in History.objects.of(member)[0].text


def test_another_organisation_is_another_post_and_the_old_one_ends(bring, staff, hospital):
    member = factories.MembershipFactory(network=staff.network, name="Ann", email="ann@example.org")
    old = factories.PostFactory(membership=member)
    confirm(bring, bring("ann@example.org,Ann,RR8,top,Chief"))
    old.refresh_from_db()
    assert not old.is_current
    assert str(Membership.objects.get(pk=member.pk).main_post) == "Chief, Larkton Hospitals"


def test_the_same_file_again_has_nothing_to_do(bring):
    row = "jo@example.org,Jo Bell,RR8,top,Chief"
    confirm(bring, bring(row))
    page = bring(row)
    assert [planned.outcome for planned in page.context["plan"].rows] == ["Nothing to do"]
    assert "Everything in the file is here already." in page.text
    assert 'name="confirm"' not in page.text


def test_the_name_of_somebody_awaited_can_be_put_right(bring):
    confirm(bring, bring("jo@example.org,Jo Bel,RR8,top,Chief"))
    confirm(bring, bring("jo@example.org,Jo Bell,RR8,top,Chief"))
    assert Membership.objects.get(person__email="jo@example.org").name == "Jo Bell"


def test_who_has_left_is_invited_again(bring, staff, deliver):
    member = factories.MembershipFactory(network=staff.network, email="ann@example.org", roles=["leader"])
    actions.close_membership(by=staff, membership=member)
    page = bring("ann@example.org,Ann,RR8,top,Chief")
    assert [row.outcome for row in page.context["plan"].rows] == ["Invite again"]
    confirm(bring, page)
    back = Membership.objects.get(pk=member.pk)
    assert (back.closed_at, back.roles) == (None, {"member"})
    assert [mail["To"] for mail in deliver()] == ["ann@example.org"]


def test_an_address_known_in_another_network_looks_like_a_new_one(bring):
    known = factories.MembershipFactory(name="Known Elsewhere", email="known@example.org")
    page = bring("known@example.org,Typed,RR8,top,Chief", "novel@example.org,Typed,RR8,top,Chief")
    one, other = page.context["plan"].rows
    assert (one.outcome, one.facts, one.changes, one.note) == (
        other.outcome,
        other.facts,
        other.changes,
        other.note,
    )
    assert "Known Elsewhere" not in page.text
    confirm(bring, page)
    known.refresh_from_db()
    assert known.name == known.person.name == "Known Elsewhere"
    assert Membership.objects.get(network__slug="larkton", person=known.person).name == "Typed"


def test_what_changed_meanwhile_is_shown_anew_instead_of_written(bring, staff):
    page = bring("jo@example.org,Jo Bell,RR8,top,Chief")
    actions.invite_member(by=staff, email="jo@example.org", name="Jo B")
    before = everything()
    page = confirm(bring, page)
    assert "Nothing was imported" in page.text
    assert [row.outcome for row in page.context["plan"].rows] == ["Change"]
    assert everything() == before
    confirm(bring, page)
    assert Membership.objects.get(person__email="jo@example.org").name == "Jo Bell"


def test_a_second_click_on_confirm_does_nothing_more(bring):
    page = bring("jo@example.org,Jo Bell,RR8,top,Chief")
    confirm(bring, page)
    before = everything()
    assert "has been imported or discarded already" in confirm(bring, page).text
    assert everything() == before


def test_a_file_is_put_aside(bring):
    page = bring("jo@example.org,Jo Bell,RR8,top,Chief")
    page = confirm(bring, page, discard="1")
    assert "Nothing was changed" in page.text
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "The file is empty"),
        (b"PK\x03\x04\x00\x00xlsx", "This workbook cannot be read"),
        (b"email,name\n", "The file has headings but no rows"),
        (b"email,Email\nx,y\n", "Two columns are called"),
        (b"a,b\n" + b"x" * (5 * 1024 * 1024), "larger than 5 MB"),
        (b"email,name\n" + b"a,b\n" * 20_001, "more than 20,000 rows"),
    ],
    ids=["empty", "blank", "binary", "no rows", "same heading", "huge", "many rows"],
)
def test_a_file_that_cannot_be_used_says_why(bring, content, sentence):
    page = bring(content=content)
    assert sentence in page.text
    assert not Upload.objects.exists()


def test_no_file_is_a_sentence(bring):
    page = bring.client.post("/larkton/members/import/", {})
    assert "Choose a CSV or Excel file" in page.text


def test_only_who_brought_a_file_sees_it_and_only_in_its_network(bring, network, signed_in):
    page = bring("jo@example.org,Jo,RR8,top,x")
    path = page.request["PATH_INFO"]
    second = factories.MembershipFactory(network=network, roles=["staff"])
    member = factories.MembershipFactory(network=network)
    for reader in (second, member):
        client = signed_in(reader)
        for address in (path, f"{path}columns/"):
            assert client.get(address).status_code == 404
            assert client.post(address, {"seen": "x"}).status_code == 404
    elsewhere = factories.MembershipFactory(roles=["staff"], person=second.person)
    assert signed_in(elsewhere).get(path.replace("larkton", elsewhere.network.slug)).status_code == 404


@pytest.mark.parametrize("rows", [3, 30])
def test_a_preview_and_an_import_ask_as_much_of_the_database_for_many_rows(bring, rows):
    page = bring(*(f"a{n}@example.org,Ann {n},RR8,top,x" for n in range(rows)))
    path = page.request["PATH_INFO"]
    with CaptureQueriesContext(connection) as preview:
        page = bring.client.get(path)
    with CaptureQueriesContext(connection) as apply:
        bring.client.post(path, {"seen": page.context["plan"].fingerprint})
    assert Membership.objects.filter(name__startswith="Ann").count() == rows
    assert (len(preview), len(apply)) == (6, 24)


@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_once_import_once():
    staff = factories.MembershipFactory(roles=["staff"])
    factories.OrganisationFactory(network=staff.network, ods_code="RR8")
    upload = Upload.objects.create(
        network=staff.network, by=staff, kind="members", name="m.csv",
        content=f"{HEADINGS}\njo@example.org,Jo,RR8,top,x".encode(), columns={k: k for k in HEADINGS.split(",")},
    )  # fmt: skip
    seen = make_plan(staff.network, read_csv(bytes(upload.content)), upload.columns).fingerprint
    outcomes, gate = [], threading.Barrier(2)

    def run():
        try:
            gate.wait()
            actions.import_members(by=staff, upload=upload, seen=seen)
            outcomes.append("imported")
        except Exception as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["['This file has been imported already.']", "imported"]
    assert Membership.objects.filter(person__email="jo@example.org").count() == 1


@pytest.mark.skipif(
    not (SHARED / "bad_members.csv").exists(), reason="bad_members.csv is not beside the project"
)
def test_every_bad_row_of_a_real_file_has_a_clear_sentence(bring):
    before = everything()
    page = bring(content=(SHARED / "bad_members.csv").read_bytes())
    found = errors_of(page)
    assert found[2] == ["a.khan@example.org is also in line 3. Leave one row for each person."]
    assert found[3] == ["a.khan@example.org is also in line 2. Leave one row for each person."]
    assert found[4] == ["“not-an-email” is not an e-mail address."]
    assert found[5] == ["The name is missing."]
    assert found[6][0].startswith("There is no organisation “ZZ999” in this network")
    assert found[7][0].startswith("“boss” is no level.")
    assert all("begins like a formula" in sentence for sentence in found[8])
    assert all("cannot be read" in sentence for sentence in found[9])
    assert len(found) == 8
    confirm(bring, page)
    assert everything() == before


def test_a_file_whose_name_holds_an_nhs_number_is_refused(bring):
    page = bring("new@example.org,New,,,", name="patient 943 476 5919.csv")
    assert "Remove “943 476 5919”" in page.text
    assert not Upload.objects.exists()
