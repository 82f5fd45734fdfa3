"""Access keys: made, shown once, used by a machine, revoked; and what it may put."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from iocn.api import actions
from iocn.api.access import EachKey
from iocn.api.models import AccessKey
from iocn.shared.models import History
from people import actions as people
from tests.factories import (
    MeasureFactory,
    MembershipFactory,
    NetworkFactory,
    ProgrammeOfCareFactory,
    ProjectFactory,
    TeamMemberFactory,
)
from tests.races import at_once

JUNE = {"period": "2026-06-01", "numerator": 12, "denominator": 240}


@pytest.fixture
def programme(network):
    return ProgrammeOfCareFactory(network=network, name="Urgent care")


@pytest.fixture
def measure(network, programme):
    return MeasureFactory(project=ProjectFactory(network=network, programme=programme), name="Waits")


@pytest.fixture
def nurse(measure):
    return TeamMemberFactory(project=measure.project, membership__name="Ana Lund").membership


@pytest.fixture
def key(nurse, measure):
    return actions.make_key(by=nurse, measure=measure, name="Nightly job")


def call(method, path, key, data=None, **headers):
    if key:
        headers["Authorization"] = f"Bearer {key}"
    body = data if isinstance(data, str) else json.dumps(data or {})
    return Client().generic(method, path, body, content_type="application/json", headers=headers)


def put(measure, key, *items, method="PUT"):
    return call(method, f"/api/measures/{measure.pk}/observations/", key, {"observations": items})


def sentences(answer):
    return [error["message"] for error in answer.json()["errors"]]


# --- Putting numbers ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_numbers_are_put_and_the_same_again_changes_nothing(measure, nurse, key, method):
    answer = put(
        measure, key, JUNE, {"period": "2026-07-01", "numerator": "9.5", "denominator": "200"}, method=method
    )
    assert answer.json() == {"added": 2, "changed": 0, "same": 0}
    assert put(measure, key, JUNE, method=method).json() == {"added": 0, "changed": 0, "same": 1}
    told = History.objects.of(measure)
    assert str(told[0]) == "Ana Lund imported numbers from the API (Nightly job): 2 added"
    assert told.count() == 2  # and that the key was made
    assert measure.observations.get(period="2026-07-01").added_by == nurse


def test_a_changed_number_is_kept_in_history(measure, key):
    put(measure, key, JUNE)
    assert put(measure, key, JUNE | {"numerator": 13}).json() == {"added": 0, "changed": 1, "same": 0}
    assert History.objects.of(measure)[0].text == "June 2026: 12 of 240 → 13 of 240"
    read = call("GET", f"/api/measures/{measure.pk}/observations/", key).json()
    assert [row["period"] for row in read["observations"]] == ["2026-06-01"]
    assert float(read["observations"][0]["numerator"]) == 13


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ({"numerator": 250}, "The numerator (250) is above the denominator (240): a part cannot be larger than its whole."),
        ({"period": "2099-01-01"}, "January 2099 is in the future. Add it when it has happened."),
        ({"period": "2026-13-01"}, "There is no month 13 (“2026-13-01”)."),
        ({"numerator": "ten"}, "numerator: “ten” is not a number. Write digits, such as 12 or 12.5."),
        ({"numerator": "inf"}, "numerator: “inf” is not a number. Write digits, such as 12 or 12.5."),
        ({"numerator": "=1+1"}, "numerator begins like a formula (“=1+1”). Write the value itself."),
        ({"numerator": None}, "numerator is empty. Fill in the number, or take the row out."),
        ({"denominator": 0}, "The denominator is 0, so there is nothing to divide by. Leave the period out."),
        ({"note": "943 476 5919 waited"}, "note: Remove “943 476 5919”: it could be a patient’s NHS number. Nothing here may say who a patient is."),
        ({"numerator": [1]}, "numerator must be a text or a number."),
        ({"period": 2026.06}, "period must be a text."),
        ({"note": 5}, "note must be a text."),
        ({"patient": "x"}, "“patient” is not known here."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_the_words_of_an_import_and_nothing_is_written(measure, key, item, sentence):
    answer = put(measure, key, {**JUNE, "period": "2026-05-01"}, JUNE | item)
    assert answer.status_code == 400
    assert {"row": 2, "message": sentence} in answer.json()["errors"]
    assert not measure.observations.exists()


def test_a_period_twice_is_refused(measure, key):
    answer = put(measure, key, JUNE, JUNE)
    assert sentences(answer)[0] == "June 2026 is also on line 2."


@pytest.mark.parametrize(
    "data", ["", "[]", "{", '{"observations": []}', '{"observations": [1]}', '{"observations": [{"period": NaN}]}',
     '{"observations": [{"period": "2026-06-01", "numerator": Infinity, "denominator": 240}]}']
)  # fmt: skip
def test_what_has_another_form_is_refused_with_an_example(measure, key, data):
    answer = call("PUT", f"/api/measures/{measure.pk}/observations/", key, data)
    assert answer.status_code == 400
    assert sentences(answer)


def test_too_much_at_once_is_refused(measure, key):
    answer = put(measure, key, *[JUNE] * 5001)
    assert (answer.status_code, sentences(answer)) == (413, ["Send at most 5,000 numbers at once."])


def test_a_body_that_is_too_large_is_refused_unread(measure, key):
    answer = put(measure, key, JUNE | {"note": "x" * 10 * 1024 * 1024})
    assert (answer.status_code, sentences(answer)) == (413, ["Send at most 2 MB at once."])


def test_what_is_no_json_is_refused(measure, key):
    path, headers = f"/api/measures/{measure.pk}/observations/", {"Authorization": f"Bearer {key}"}
    answer = Client().put(path, "period,numerator", content_type="text/csv", headers=headers)
    assert (answer.status_code, sentences(answer)) == (415, ['Unsupported media type "text/csv" in request.'])


def test_a_key_that_asks_too_often_is_told_when_to_ask_again(measure, nurse, key, monkeypatch, time_machine):
    time_machine.move_to("2026-11-20 12:00:00+00:00", tick=False)
    monkeypatch.setattr(EachKey, "rate", "2/min")
    assert [put(measure, key, JUNE).status_code for _ in range(2)] == [200, 200]
    time_machine.shift(20)
    answer = put(measure, key, JUNE | {"numerator": 13})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "40")
    assert sentences(answer) == [
        "This access key asks too often. Ask again in 40 seconds, and put many numbers at once."
    ]
    assert measure.observations.get().numerator == 12
    other = actions.make_key(by=nurse, measure=measure, name="Another job")
    assert put(measure, other, JUNE).status_code == 200
    time_machine.shift(40)
    assert put(measure, key, JUNE | {"numerator": 13}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_that_put_the_same_at_once_one_adds_it(measure, key):
    answers = at_once(*[lambda: put(measure, key, JUNE).json()] * 2)
    assert sorted(answer["added"] for answer in answers) == [0, 1]
    assert sum(answer["same"] for answer in answers) == 1
    assert measure.observations.count() == 1


# --- Who may -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("wrong", ["", "iocn_guessed"])
def test_without_a_key_nothing_opens(measure, wrong):
    answer = put(measure, wrong, JUNE)
    assert answer.status_code == 401
    assert "access key" in sentences(answer)[0]
    assert not measure.observations.exists()


def test_a_key_opens_its_measure_and_no_other(measure, key):
    other = MeasureFactory(project=measure.project)
    assert put(other, key, JUNE).status_code == 404
    assert [row["name"] for row in call("GET", "/api/measures/", key).json()] == ["Waits"]


def test_a_key_opens_nothing_of_another_network(measure, key):
    other = MeasureFactory(project=ProjectFactory(network=NetworkFactory()))
    missing = call("GET", "/api/measures/999999/observations/", key)
    assert missing.status_code == 404
    for answer in (put(other, key, JUNE), call("GET", f"/api/measures/{other.pk}/observations/", key)):
        assert (answer.status_code, answer.json()) == (404, missing.json())
    assert not other.observations.exists()


def test_a_key_of_a_programme_opens_nothing_of_another(network, programme, measure):
    staff = MembershipFactory(network=network, roles=["staff"])
    other = ProgrammeOfCareFactory(network=network, name="Planned care")
    key = actions.make_key(by=staff, programme=other, name="Warehouse")
    assert put(measure, key, JUNE).status_code == 404
    assert call("GET", "/api/measures/", key).json() == []


def test_a_key_of_a_programme_opens_its_measures_and_those_of_its_projects(network, programme, measure):
    staff = MembershipFactory(network=network, roles=["staff"])
    own = MeasureFactory(network=network, project=None, programme=programme, name="Beds", shape="number")
    MeasureFactory(project=ProjectFactory(network=network))
    key = actions.make_key(by=staff, programme=programme, name="Warehouse")
    assert [row["id"] for row in call("GET", "/api/measures/", key).json()] == [own.pk, measure.pk]
    assert put(own, key, {"period": "2026-06-01", "numerator": 7}).json()["added"] == 1
    assert sentences(put(own, key, JUNE)) == ["This measure has no denominator."]


def test_a_key_may_do_no_more_than_who_made_it_may_now(measure, nurse, key):
    nurse.teams.update(left_on=timezone.localdate())
    answer = put(measure, key, JUNE)
    assert answer.status_code == 403
    assert "Only the project’s team" in sentences(answer)[0]


def test_a_key_ends_with_the_membership_of_who_made_it(network, measure, nurse, key):
    staff = MembershipFactory(network=network, roles=["staff"])
    people.close_membership(by=staff, membership=nurse)
    assert put(measure, key, JUNE).status_code == 401
    assert AccessKey.objects.get().revoked_by == staff


# --- The pages ---------------------------------------------------------------------------------------------
def test_a_key_is_shown_once_and_kept_as_a_hash(signed_in, nurse, measure):
    client = signed_in(nurse)
    path = f"/larkton/measures/{measure.pk}/keys/"
    assert path in client.get(measure.get_absolute_url()).text
    made = client.post(path, {"name": "Nightly job"})
    key = made.context["made"]
    assert key in made.text
    assert "no-store" in made.headers["Cache-Control"]
    assert key not in client.get(path).text
    assert key not in str(list(AccessKey.objects.values()))
    assert "never" in client.get(path).text
    assert put(measure, key, JUNE).status_code == 200
    assert AccessKey.objects.get().last_used_at is not None


def test_a_revoked_key_opens_nothing(signed_in, nurse, measure, key):
    client = signed_in(nurse)
    client.post(f"/larkton/keys/{AccessKey.objects.get().pk}/revoke/")
    assert put(measure, key, JUNE).status_code == 401
    assert "Revoked" in client.get(f"/larkton/measures/{measure.pk}/keys/").text
    assert History.objects.of(measure)[0].what == "revoked the access key “Nightly job”"


def test_the_schema_tells_what_there_is(client, db):
    schema = client.get("/api/schema/").json()
    assert set(schema["paths"]) == {"/api/measures/", "/api/measures/{measure}/observations/"}
    assert schema["components"]["securitySchemes"] == {"accessKey": {"type": "http", "scheme": "bearer"}}
