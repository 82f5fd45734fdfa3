"""The cache of production where Redis is away, comes back, or says nothing."""

import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
import redis
from django.core.cache import cache
from django.test import Client
from redis.backoff import NoBackoff
from redis.retry import Retry

from iocn.api.access import EachKey
from iocn.api.actions import make_key
from iocn.shared.cache import PATIENCE, log
from iocn.shared.outage import Outage
from tests import factories
from tests.factories import PASSWORD
from tests.people.test_second_factor import add_app, code_for, sign_in
from tests.test_worker import until


@pytest.fixture
def port(settings, monkeypatch):
    """Where Redis should be, and nobody listens yet; the process has not noticed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.CACHES = {
        "default": {"BACKEND": "iocn.shared.cache.RedisOrMemory", "LOCATION": f"redis://127.0.0.1:{port}/0"}
    }
    cache.clear()  # of what earlier tests counted in this process
    monkeypatch.setattr("iocn.shared.cache._outage", Outage(log))
    return port


class Server:
    """A Redis of one test alone."""

    def __init__(self, port: int, folder: Path) -> None:
        options = f"--port {port} --bind 127.0.0.1 --appendonly no --dir {folder}".split()
        self.process = subprocess.Popen(["redis-server", *options, "--save", ""], stdout=subprocess.DEVNULL)
        self.client = redis.Redis(port=port, retry=Retry(NoBackoff(), 0))
        until(self.answers, what="Redis")

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False

    def counts(self) -> list[bytes]:
        """Return under what it keeps how often signing in has failed."""
        return self.client.keys("*allauth:rl*login_failed*")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def start_redis(port, tmp_path):
    """Return a function that starts a Redis; none is left at the end."""
    if not shutil.which("redis-server"):
        pytest.skip("it needs the program redis-server")
    servers = []

    def start() -> Server:
        servers.append(Server(port, tmp_path))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def leader(network):
    return factories.MembershipFactory(network=network, roles=["leader"])


def try_a_wrong_password(person):
    return Client().post("/accounts/login/", {"login": person.email, "password": "wrong"})


def test_people_sign_in_while_redis_is_away(port, leader):
    client = Client()
    assert sign_in(client, leader.person).url == "/"
    assert client.get("/larkton/").status_code == 200


def test_too_many_attempts_are_refused_while_redis_is_away(port, leader):
    for _ in range(5):
        assert "The e-mail address or the password is not right." in try_a_wrong_password(leader.person).text
    too_often = "Too many attempts to sign in. Wait five minutes"
    assert too_often in try_a_wrong_password(leader.person).text
    # The right password, too, has to wait.
    page = Client().post("/accounts/login/", {"login": leader.person.email, "password": PASSWORD})
    assert too_often in page.text


def test_a_code_is_asked_for_and_works_once_while_redis_is_away(port, leader, settings):
    settings.MFA_TOTP_TOLERANCE = 1
    client = Client()
    sign_in(client, leader.person)
    code = code_for(add_app(client))
    for expected in (302, 200):
        client = Client()
        assert sign_in(client, leader.person).url == "/accounts/login/second-step/"
        assert client.post("/accounts/login/second-step/", {"code": code}).status_code == expected


def test_a_forgotten_password_is_reset_while_redis_is_away(port, leader, deliver):
    Client().post("/accounts/password/reset/", {"email": leader.person.email})
    (mail,) = deliver()
    client = Client()
    path = re.search(r"/accounts/password/reset/key/\S+", mail.get_content())[0]
    page = client.get(path, follow=True)
    new = {"password1": "correct horse battery staple", "password2": "correct horse battery staple"}
    assert client.post(page.redirect_chain[-1][0], new).url == "/accounts/password/reset/key/done/"


def test_redis_counts_again_when_it_has_come_back(start_redis, leader):
    try_a_wrong_password(leader.person)
    server = start_redis()

    def is_used() -> bool:
        try_a_wrong_password(factories.PersonFactory())
        return bool(server.counts())

    until(is_used, what="an attempt that Redis counts")


def test_a_redis_that_goes_takes_no_sign_in_with_it(start_redis, leader):
    server = start_redis()
    try_a_wrong_password(leader.person)
    assert server.counts()
    server.kill()
    assert sign_in(Client(), leader.person).url == "/"


def test_a_redis_that_says_nothing_holds_up_one_question_and_not_each(port):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", port))
        silent.listen()
        silent.settimeout(0)
        begun = time.monotonic()
        for number in range(20):
            cache.set(f"k{number}", number)
            assert cache.get(f"k{number}") == number
        assert PATIENCE <= time.monotonic() - begun < 4 * PATIENCE
        silent.accept()  # it was asked


def test_calls_of_the_api_are_counted_while_redis_is_away(port, leader, monkeypatch):
    monkeypatch.setattr(EachKey, "rate", "2/min")
    measure = factories.MeasureFactory(
        project=factories.TeamMemberFactory(membership=leader, project__network=leader.network).project
    )
    key = make_key(by=leader, measure=measure, name="Nightly job")
    headers = {"Authorization": f"Bearer {key}"}
    answers = [Client().get("/api/measures/", headers=headers).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
