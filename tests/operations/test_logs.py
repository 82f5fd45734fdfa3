"""The log of production: what it says of a request, an error and a task, and what it never says."""

import io
import json
import logging
import logging.config
import re
import uuid
from decimal import Decimal

import pytest
from django.conf import settings as project
from django.test import Client

from iocn.celery import app
from iocn.operations import logs
from tests import factories

log = logging.getLogger("people.test")
PERSONAL = [
    "jo.bell",
    "Jo Bell",
    "example.org",
    "192.0.2.44",
    "198.51.100.9",
    "ward round",
    "tok3n-of-a-link",
]
WORDS_OF_THE_MODULE = "Written in the module"


@pytest.fixture
def lines():
    """Log as production does, into memory; return a function that gives the lines so far, parsed.

    What is personal in none of them is looked at here, for every test of this file.
    """
    stream = io.StringIO()
    production = {
        **project.LOGGING,
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "stream": stream}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {**project.LOGGING["loggers"], "iocn.requests": {"level": "INFO"}},
    }
    logging.config.dictConfig(production)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.config.dictConfig(project.LOGGING)
    said = stream.getvalue()
    assert said
    for personal in PERSONAL:
        assert personal not in said


def browser(**options) -> Client:
    return Client(REMOTE_ADDR="198.51.100.9", **options)


def test_a_request_is_one_line_with_its_pattern_and_network_and_an_id_that_is_answered(
    lines, network, signed_in
):
    client = signed_in(factories.MembershipFactory(network=network, name="Jo Bell", roles=["staff"]))
    response = client.get("/larkton/members/?q=jo.bell@example.org", REMOTE_ADDR="198.51.100.9")
    [line] = lines()
    assert line.pop("time")
    assert line.pop("ms") > 0
    assert re.fullmatch("[0-9a-f]{32}", line["request_id"])
    assert response["X-Request-ID"] == line.pop("request_id")
    assert line == {
        "level": "info",
        "logger": "iocn.requests",
        "event": "request",
        "method": "GET",
        "status": 200,
        "route": "<slug:network>/members/",
        "network": "larkton",
    }


def test_an_address_that_somebody_made_up_is_not_repeated(lines, db):
    browser().get("/jo.bell@example.org/?ward round")
    browser().get("/invitations/tok3n-of-a-link/")
    browser().generic("JO.BELL", "/networks/")
    browser().get("/networks/", headers={"host": "jo.bell.example.org"})
    found, invitation, strange, host = lines()
    assert (found["status"], found.get("route")) == (404, None)
    assert invitation["route"] == "invitations/<str:token>/"
    assert strange["method"] == "other"
    assert host["status"] == 400


@pytest.mark.parametrize(
    "given", ["0f2c9a5e1b3d4c6f8a7b9c0d1e2f3a4b", "0f2c9a5e-1b3d-4c6f-8a7b-9c0d1e2f3a4b"]
)
def test_the_id_that_the_proxy_gave_is_kept(lines, db, given):
    response = browser().get("/accounts/login/", headers={"x-request-id": given})
    assert response["X-Request-ID"] == given
    assert lines()[-1]["request_id"] == given


@pytest.mark.parametrize("given", ["jo.bell@example.org", "a b", "9434765919", "f" * 65, "Jo Bell" * 5])
def test_an_id_in_which_something_could_be_said_is_replaced(lines, db, given):
    response = browser().get("/accounts/login/", headers={"x-request-id": given})
    assert response["X-Request-ID"] == lines()[-1]["request_id"] != given


def test_an_error_is_logged_once_with_types_and_lines_and_without_a_value(lines, db, settings):
    settings.ROOT_URLCONF = "tests.operations.urls"
    client = browser(raise_request_exception=False)
    response = client.post("/networks/fails/tok3n-of-a-link/?q=the+ward round", {"text": "Jo Bell wrote"})
    assert response.status_code == 500
    error, request = lines()
    assert (error["level"], error["event"]) == ("error", "Internal Server Error")
    assert error["request_id"] == request["request_id"] == response["X-Request-ID"]
    outer, inner = error["error"]
    assert (outer["type"], inner["type"]) == ("builtins.LookupError", "builtins.ValueError")
    assert re.fullmatch(r"tests/operations/urls.py:\d+ fails", outer["lines"][-1])
    assert outer["lines"][0].startswith("django/core/handlers/exception.py:")
    assert (request["status"], request["route"]) == (500, "networks/fails/<str:token>/")


def test_of_values_only_numbers_ids_and_our_own_names_are_said(lines):
    some_id = str(uuid.uuid4())
    log.info("%s of %d and %.1f", 17, 3, 0.25)
    log.info(
        "Task %(name)s[%(id)s] for %(who)r", {"name": "people.tasks.send", "id": some_id, "who": "Jo Bell"}
    )
    log.warning("To %s", "jo.bell@example.org")
    log.warning("%d too", Decimal(9434765919))
    assert [line["event"] for line in lines()] == [
        "17 of 3 and 0.2",
        f"Task people.tasks.send[{some_id}] for …",
        "To …",
        "%d too",
    ]


def test_words_that_were_put_together_are_left_out_and_the_line_says_where(lines):
    log.info("Written here")
    log.info(WORDS_OF_THE_MODULE)
    log.info(f"Put together by {'Jo Bell'}")
    log.info(LookupError("Jo Bell"))
    here, module, *left_out = lines()
    assert (here["event"], module["event"]) == ("Written here", "Written in the module")
    for line in left_out:
        assert line["event"] == "…"
        assert line["where"].startswith(
            "test_logs.test_words_that_were_put_together_are_left_out_and_the_line_says_where:"
        )


@pytest.mark.django_db(transaction=True)
def test_a_task_that_a_request_woke_carries_its_id(lines, settings):
    settings.ROOT_URLCONF = "tests.operations.urls"
    app.control.purge()
    response = browser().get("/networks/wakes/")
    with app.connection_for_read() as broker:
        message = broker.SimpleQueue(app.conf.task_default_queue).get(timeout=5)
        message.ack()
    assert message.headers["request_id"] == response["X-Request-ID"]
    # What only sits in the broker's headers is what the task's own request then has.
    task = app.tasks["people.tasks.send_due_messages"]
    task.push_request(**message.headers)
    try:
        logs._begin(task_id=message.headers["id"], task=task)
        log.info("Written by a task")
        logs._end()
    finally:
        task.pop_request()
    log.info("Written after it")
    during, after = lines()[-2:]
    assert during["request_id"] == response["X-Request-ID"]
    assert during["task"] == "people.tasks.send_due_messages"
    assert during["task_id"] == message.headers["id"]
    assert "request_id" not in after
