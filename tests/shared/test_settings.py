"""The environment decides, and a wrong value stops the start with a sentence that names it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent.parent

PRODUCTION = {
    "IOCN_MODE": "production",
    "SECRET_KEY": "only-for-this-test-" + "0123456789" * 5,
    "ALLOWED_HOSTS": "iocn.example.org",
    "BASE_URL": "https://iocn.example.org",
    "DATABASE_URL": "postgres://iocn:secret-word@localhost/iocn",
    "REDIS_URL": "redis://localhost:6379/0",
    "EMAIL_URL": "smtp://user:secret-word@mail.example.org",
    "EMAIL_FROM": "IOCN <iocn@example.org>",
}

ORGANISATION = {
    "OIDC_NAME": "NHS Larkton",
    "OIDC_ISSUER": "https://login.example.org/tenant",
    "OIDC_CLIENT_ID": "iocn",
    "OIDC_CLIENT_SECRET": "secret-word",
}


def start(environ: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python with nothing in its environment but these values."""
    return subprocess.run(
        [sys.executable, *(command or ("-c", "import iocn.settings"))],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def refusal(environ: dict[str, str]) -> str:
    """Return the sentence with which it refuses to start."""
    ended = start(environ)
    assert ended.returncode, "it started"
    assert "secret-word" not in ended.stderr, "it shows a password"
    last = ended.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    return last.split(": ", 1)[1]


def test_production_starts_with_all_values(tmp_path):
    ended = start(PRODUCTION)
    assert ended.returncode == 0, ended.stderr


def test_a_command_says_what_is_wrong_in_the_environment_and_nothing_else():
    ended = start({**PRODUCTION, "PROXIES": "none"}, "manage.py", "check")
    assert ended.returncode == 1
    assert ended.stderr.strip() == "PROXIES must be a whole number above zero; it is 'none'."


def test_production_passes_the_deployment_check(tmp_path):
    # Django asks a PostgreSQL for its version to check generated columns, and here is none.
    there = {**PRODUCTION, "DATABASE_URL": f"sqlite:///{tmp_path}/iocn.sqlite3"}
    ended = start(there, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "IOCN_MODE"])
def test_production_names_the_value_that_is_missing(name):
    assert refusal({**PRODUCTION, name: ""}).startswith(f"{name} is not set.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IOCN_MODE", "live"),
        ("SECRET_KEY", "short"),
        ("ALLOWED_HOSTS", " , "),
        ("BASE_URL", "iocn.example.org"),
        ("BASE_URL", "https://iocn.example.org/somewhere"),
        ("DATABASE_URL", "mysql://localhost/iocn"),
        ("DATABASE_URL", "postgres://iocn:secret-word@localhost"),
        ("DATABASE_URL", "postgres://iocn:secret-word@localhost:port/iocn"),
        ("DATABASE_URL", "iocn"),
        ("DATABASE_POOL", "many"),
        ("DATABASE_POOL", "0"),
        ("REDIS_URL", "localhost:6379"),
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "smtp://user:secret-word@host:port"),
        ("HTTPS_REDIRECT", "True"),
        ("HSTS_SUBDOMAINS", "maybe"),
        ("HSTS_PRELOAD", "1"),
        ("PROXIES", "-1"),
        ("OIDC_ISSUER", "login.example.org"),
        ("OIDC_ISSUER", "http://login.example.org"),
        ("OIDC_ISSUER", "https://login.example.org/.well-known/openid-configuration"),
        ("OIDC_NAME", "A name that is too long to stand on a button on a phone"),
        ("OIDC_SECOND_FACTOR", "perhaps"),
    ],
)
def test_production_names_the_value_that_is_malformed_and_keeps_passwords_to_itself(name, value):
    organisation = ORGANISATION if name.startswith("OIDC") else {}
    sentence = refusal({**PRODUCTION, **organisation, name: value})
    assert sentence.startswith(name)
    assert sentence.endswith(".")


@pytest.mark.parametrize("name", ORGANISATION)
def test_an_organisations_sign_in_is_set_wholly_or_not_at_all(name):
    assert start({**PRODUCTION, **ORGANISATION}).returncode == 0
    assert refusal({**PRODUCTION, **ORGANISATION, name: " "}).startswith(f"{name} is not set.")


@pytest.mark.parametrize("name", ["DATABASE_URL", "EMAIL_URL"])
def test_the_demonstration_with_its_known_passwords_refuses_what_is_real(name, tmp_path):
    environ = {"IOCN_VAR": str(tmp_path), name: PRODUCTION[name]}
    assert refusal(environ).startswith(f"{name} is set, but IOCN_MODE is demo")


@pytest.mark.parametrize(("name", "value"), [("PORT", "http"), ("PORT", "0"), ("BASE_URL", "localhost")])
def test_the_demonstration_names_the_value_that_is_malformed(name, value, tmp_path):
    assert refusal({"IOCN_VAR": str(tmp_path), name: value}).startswith(name)


def test_the_demonstration_needs_nothing_and_keeps_its_secret_from_others(tmp_path):
    var = tmp_path / "var"
    show = ("-c", "from iocn import settings; print(settings.MODE, settings.BASE_URL, settings.SECRET_KEY)")
    first = start({"IOCN_VAR": str(var)}, *show)
    assert first.stdout.startswith("demo http://localhost:8000 "), first.stderr
    assert (var / "secret").stat().st_mode & 0o777 == 0o600
    assert start({"IOCN_VAR": str(var)}, *show).stdout == first.stdout


def variables_read() -> set[str]:
    """Return the names of all variables that the product reads from its environment."""
    read = set()
    for name in ("iocn/settings.py", "iocn/environment.py", "gunicorn.conf.py"):
        text = (ROOT / name).read_text()
        read |= set(re.findall(r"(?:env\.\w+|environ\.get|text|whole_number)\(\s*\"([A-Z_]+)\"", text))
    return read


def test_env_example_lists_exactly_what_is_read():
    read = variables_read() | {"POSTGRES_PASSWORD"}  # the latter by docker-compose.yml
    listed, for_tests = (ROOT / ".env.example").read_text().split("# --- Tests")
    assert set(re.findall(r"^#?([A-Z_]+)=", listed, re.MULTILINE)) | {"IOCN_TEST_DB"} == read
    assert "IOCN_TEST_DB" in for_tests


def test_migrations_are_what_the_models_say(db):
    call_command("makemigrations", check=True, dry_run=True)
