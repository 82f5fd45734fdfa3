"""/healthz and /readyz, as a container's check or a load balancer asks them."""

import logging

import kombu
import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from iocn.operations import health


@pytest.fixture(autouse=True)
def _nothing_said_before():
    health._troubles_before.clear()


def test_an_alive_process_says_so_without_looking_at_anything(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"alive\n")


def test_a_process_that_has_all_it_needs_is_ready(db, django_assert_num_queries):
    Client().get("/readyz")
    with django_assert_num_queries(2):
        response = Client().get("/readyz")
    assert (response.status_code, response.content) == (200, b"ready\n")


@pytest.mark.parametrize("page", ["/healthz", "/readyz"])
def test_they_answer_under_any_name_and_without_https(db, settings, page):
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get(page, headers={"host": "10.0.0.7:8000"}).status_code == 200
    assert Client().head(page).status_code == 200
    assert Client().post(page).status_code == 405
    assert Client().get(f"{page}/").status_code == 301  # only these two addresses are let through


def test_a_database_that_lacks_a_migration_is_named(db):
    MigrationRecorder.Migration.objects.filter(app="people").order_by("-id")[:1].get().delete()
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.content.decode() == ("The database is older than the program: run `manage.py migrate`.\n")


def test_a_database_that_was_migrated_by_the_next_release_is_ready(db):
    MigrationRecorder(health.connection).record_applied("people", "9999_of_the_next_release")
    assert Client().get("/readyz").status_code == 200


def test_a_database_that_is_gone_is_named_and_nothing_secret_is(db, monkeypatch):
    from django.db import OperationalError

    def gone(self):
        raise OperationalError("connection to 10.0.0.5 failed for user iocn password secret-word")

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", gone)
    monkeypatch.setattr(health.connection, "close", lambda: None)  # the test's own transaction
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.content.decode() == "The database does not answer.\n"


@pytest.fixture
def no_redis(settings, monkeypatch):
    """A broker at which nobody listens."""
    app = health.current_app._get_current_object()
    monkeypatch.setattr(
        app, "connection_for_write", lambda **_: kombu.Connection("redis://:secret-word@127.0.0.1:1/0")
    )


WITHOUT_REDIS = "ready\nThe broker (Redis) does not answer: e-mail waits, and each process counts attempts to sign in by itself.\n"


def test_a_redis_that_is_gone_is_named_and_requests_go_on(db, no_redis):
    response = Client().get("/readyz")
    assert (response.status_code, response.content.decode()) == (200, WITHOUT_REDIS)


def test_with_all_gone_all_is_named(db, no_redis):
    MigrationRecorder.Migration.objects.filter(app="people").order_by("-id")[:1].get().delete()
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.content.decode().splitlines() == [
        "The database is older than the program: run `manage.py migrate`.",
        WITHOUT_REDIS.splitlines()[1],
    ]


def test_what_is_asked_every_few_seconds_is_logged_only_when_it_changes(db, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    for _ in range(3):
        Client().get("/readyz")
    assert not caplog.records
    monkeypatch.setattr(health, "_broker", lambda: "The broker does not answer.")
    for _ in range(3):
        Client().get("/readyz")
    monkeypatch.undo()
    for _ in range(3):
        Client().get("/readyz")
    assert [record.message for record in caplog.records] == [
        "something is missing",
        "nothing is missing any more",
    ]
