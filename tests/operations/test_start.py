"""How it is started: image, Compose file and docs/running.md agree with each other and with the product.

No container engine has to be here, so everything that they name is looked up.
"""

import fnmatch
import json
import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from celery.bin.celery import celery as celery_cli
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands

from tests.shared.test_settings import PRODUCTION, variables_read

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "iocn"]
RUNNING = (ROOT / "docs" / "running.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
# No host name: an image of Docker's own library, with the release that is meant.
IMAGE = re.compile(r"[a-z]+:\d[\w.-]*")


def dockerfile() -> list[tuple[str, list[str]]]:
    """Return the instructions of the Dockerfile: the word they begin with, and the rest in parts."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], shlex.split(line)[1:]) for line in lines]


def of(word: str) -> list[list[str]]:
    return [rest for first, rest in dockerfile() if first == word]


def is_ignored(path: Path) -> bool:
    """Whether .dockerignore keeps the file, or a folder that it is in, out of the image."""
    name = path.relative_to(ROOT)
    patterns = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    return any(
        fnmatch.fnmatchcase(str(part), pattern.removeprefix("**/"))
        for pattern in patterns
        for part in (name, *name.parents)
    )


# --- The image ---------------------------------------------------------------------------------------------


def test_the_image_is_built_in_two_stages_from_plain_images_of_a_fixed_release():
    build, final = of("FROM")
    assert IMAGE.fullmatch(build[0])
    assert final == build[:1]
    for service in SERVICES.values():
        assert service["image"] == "iocn" or IMAGE.fullmatch(service["image"])


def test_what_is_copied_into_the_image_is_there():
    for parts in of("COPY"):
        if parts[0].startswith("--from="):
            assert parts[0] == f"--from={of('FROM')[0][2]}"
            continue
        for source in parts[:-1]:
            assert (ROOT / source).exists(), source
            assert not is_ignored(ROOT / source), source


def test_all_of_the_product_gets_into_the_image_and_no_secret_does():
    for config in apps.get_app_configs():
        path = Path(config.path)
        if path.is_relative_to(ROOT) and ".venv" not in path.parts:
            assert not is_ignored(path / "apps.py"), path
    needed = ["manage.py", "gunicorn.conf.py", "package.json", "package-lock.json", "tools/prepare.py"]
    needed += ["templates/base.html", "static/build.mjs", "static/src/js/app.js", "requirements/run.txt"]
    for name in needed:
        assert (ROOT / name).exists(), name
        assert not is_ignored(ROOT / name), name
    for name in (".env", ".env.production", "var/secret", "a.backup", ".git/config", "tests/conftest.py"):
        assert is_ignored(ROOT / name), name


def test_the_secret_that_building_makes_stays_out_of_the_image():
    [build] = [parts for parts in of("RUN") if "tools/prepare.py" in parts]
    [folder] = [part.removeprefix("IOCN_VAR=") for part in build if part.startswith("IOCN_VAR=")]
    assert not Path(folder).is_relative_to(of("WORKDIR")[0][0])


def test_packages_are_installed_by_their_hashes_alone():
    installs = [parts for parts in of("RUN") if "install" in parts and any("pip" in part for part in parts)]
    assert len(installs) == 1
    assert {"--require-hashes", "requirements/run.txt"} <= set(installs[0])


def test_production_starts_without_the_packages_that_only_developers_have():
    code = """
import importlib.metadata, re, sys

locked = re.findall(r"^([\\w.-]+)==", open("requirements/run.txt").read(), re.MULTILINE)
plain = lambda name: name.lower().replace("_", "-")
names = {plain(name) for name in locked}
hidden = {
    module
    for module, packages in importlib.metadata.packages_distributions().items()
    if not names & {plain(package) for package in packages}
}

class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r} in requirements/run.txt", name=name)

sys.meta_path.insert(0, Hide())
import iocn.wsgi, kombu.transport.redis, celery.apps.worker, celery.apps.beat, celery.bin.celery
import celery.concurrency.thread, django.core.cache.backends.redis, django.urls
import gunicorn.app.wsgiapp, gunicorn.workers.gthread
django.urls.get_resolver().url_patterns
print("pytest" in hidden)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PRODUCTION},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout == "True\n", ended.stderr


def test_the_image_runs_as_an_ordinary_user_whom_it_makes():
    [[user]] = of("USER")
    assert user.isdecimal()
    assert int(user) > 0
    assert any(parts[:3] == ["useradd", "--uid", user] for parts in of("RUN"))
    words = [word for word, _rest in dockerfile()]
    assert words.index("USER") > max(number for number, word in enumerate(words) if word in ("RUN", "COPY"))
    for name in OURS:
        assert "user" not in SERVICES[name]
        assert SERVICES[name]["cap_drop"] == ["ALL"]
        assert SERVICES[name]["read_only"] is True


def test_the_image_sets_what_is_read_and_nothing_secret():
    set_here = dict(part.split("=", 1) for parts in of("ENV") for part in parts)
    assert set_here["IOCN_MODE"] == "production"
    assert set_here["PATH"].startswith(f"{of('WORKDIR')[-1][0]}/.venv/bin:")
    assert set(set_here) - variables_read() == {"PATH", "PYTHONUNBUFFERED"}
    assert not of("ARG")
    [[port]] = of("EXPOSE")
    assert set_here["WEB_BIND"] == f"0.0.0.0:{port}"
    # The only place that it writes to is one that it may.
    assert SERVICES["beat"]["tmpfs"] == set_here["IOCN_VAR"]


# --- Compose -----------------------------------------------------------------------------------------------


def test_compose_starts_all_parts_and_waits_for_the_database_to_be_migrated():
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }
        assert SERVICES[name]["restart"] == "unless-stopped"
    for name in ("web", "worker", "postgres", "redis"):
        assert SERVICES[name]["healthcheck"]["test"]
    assert COMPOSE["volumes"] == {"database": None}
    assert SERVICES["postgres"]["volumes"] == ["database:/var/lib/postgresql/data"]


def test_only_web_can_be_reached_and_only_from_its_own_machine():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    [[port]] = of("EXPOSE")
    assert ports == {"web": [f"127.0.0.1:8000:{port}"]}
    check = " ".join(SERVICES["web"]["healthcheck"]["test"])
    assert f"http://127.0.0.1:{port}/readyz" in check


def test_compose_and_env_file_together_set_what_production_must_have():
    filled_in = set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    for name in OURS:
        assert SERVICES[name]["env_file"] == ".env"
        environment = SERVICES[name]["environment"]
        assert set(environment) <= variables_read()
        assert set(PRODUCTION) <= set(environment) | filled_in
    # What it asks for itself is explained, and no password stands in it.
    text = (ROOT / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))
    assert asked == {"POSTGRES_PASSWORD"}
    assert "#POSTGRES_PASSWORD=\n" in EXAMPLE
    assert "postgres://iocn:${POSTGRES_PASSWORD:?" in text


def test_the_addresses_in_compose_are_those_of_its_own_services():
    environment = SERVICES["web"]["environment"]
    database = re.sub(r"\$\{.*\}", "secret", environment["DATABASE_URL"])
    assert database == "postgres://iocn:secret@postgres:5432/iocn"
    assert SERVICES["postgres"]["environment"]["POSTGRES_USER"] == "iocn"
    assert SERVICES["postgres"]["environment"]["POSTGRES_DB"] == "iocn"
    assert environment["REDIS_URL"] == "redis://redis:6379/0"


def test_env_example_can_be_read_by_a_shell(tmp_path):
    ended = subprocess.run(
        ["sh", "-euc", 'set -a; . ./.env.example; printf %s "$EMAIL_FROM"'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ended.stdout, ended.stderr) == ("IOCN <iocn@example.org>", "")


# --- Start commands ----------------------------------------------------------------------------------------


def test_every_start_command_can_be_run():
    for name in OURS:
        program, *options = shlex.split(SERVICES[name]["command"])
        if program == "python":
            assert (ROOT / options[0]).exists()
            assert options[1] in get_commands()
        elif program == "celery":
            assert options[:3] == ["--quiet", "-A", "iocn"]
            command = celery_cli.commands[options[3]]
            known = {option for parameter in command.params for option in parameter.opts}
            given = {option.split("=")[0] for option in options[4:] if option.startswith("-")}
            assert given <= known
        else:
            assert (program, options) == ("gunicorn", ["iocn.wsgi"])
        assert program == "python" or (Path(sys.executable).parent / program).exists()


def test_gunicorn_accepts_its_settings():
    ended = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--check-config", "iocn.wsgi"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PRODUCTION, "WEB_BIND": "0.0.0.0:8000"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    ("is_silent", "seconds"), [(False, 2), (True, 10)], ids=["a dead Redis", "a Redis that says nothing"]
)
def test_it_does_not_hold_up_everybody_who_presses_a_button(is_silent, seconds):
    code = """
import time, django
django.setup()
from iocn.shared.waking import wake
from people.tasks import send_due_messages
begun = time.monotonic()
for _ in range(10):
    wake(send_due_messages)
print(time.monotonic() - begun)
"""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if is_silent:
            server.listen()
        ended = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "DJANGO_SETTINGS_MODULE": "iocn.settings",
                **PRODUCTION,
                "REDIS_URL": f"redis://127.0.0.1:{server.getsockname()[1]}/0",
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert float(ended.stdout) < seconds, ended.stderr
    [line] = [json.loads(line) for line in ended.stderr.splitlines()]
    assert (line["level"], line["event"]) == ("warning", "Redis does not answer: what can goes on without it")


def test_a_process_has_a_connection_for_each_of_its_threads():
    defaults = dict(re.findall(r"^#(DATABASE_POOL|WEB_THREADS)=(\d+)$", EXAMPLE, re.MULTILINE))
    assert int(defaults["WEB_THREADS"]) <= int(defaults["DATABASE_POOL"])
    [concurrency] = re.findall(r"--concurrency (\d+)", SERVICES["worker"]["command"])
    assert int(concurrency) <= int(defaults["DATABASE_POOL"])


def test_image_compose_and_guide_start_the_same_commands():
    commands = {name: SERVICES[name]["command"] for name in ("web", "worker", "beat")}
    [command] = of("CMD")
    assert " ".join(part.strip("[],") for part in command) == commands["web"]
    in_table = dict(re.findall(r"^\| (web|worker|beat)[^|]*\| `([^`]+)` \|", RUNNING, re.MULTILINE))
    assert in_table == commands
    units = re.findall(r"^ExecStart=/srv/iocn/\.venv/bin/(.+)$", RUNNING, re.MULTILINE)
    assert units == list(commands.values())


def test_the_guide_names_every_setting_and_command_that_there_is():
    listed = EXAMPLE.split("# --- Tests")[0]
    for setting in re.findall(r"^#?([A-Z_]+)=", listed, re.MULTILINE):
        assert f"`{setting}`" in RUNNING, setting
    for command in re.findall(r"manage\.py (\w+)", RUNNING):
        assert command in get_commands(), command
    for_developers = {"draw_escalations"}
    rooms = {
        name: app
        for name, app in get_commands().items()
        if app in ("people", "programmes", "iocn.operations")
    }
    for command in rooms.keys() - for_developers:
        assert f"manage.py {command} " in RUNNING, command


@pytest.mark.parametrize("folder", [".", "docs", "docs/decisions"])
def test_what_the_documents_point_to_is_there(folder):
    for document in (ROOT / folder).glob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (ROOT / folder / target).exists(), f"{document.name} points to {target}"
