"""Reads settings from environment variables, and fails with a sentence that names the variable."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """Return the variable's text without surrounding space; without a default it must be set."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set. Set it in the environment; .env.example explains it.")
    return default


def whole_number(name: str, default: int) -> int:
    """Return the variable as a whole number above zero."""
    value = text(name, str(default))
    if not value.isdecimal() or int(value) == 0:
        raise ImproperlyConfigured(f"{name} must be a whole number above zero; it is {value!r}.")
    return int(value)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Return the variable, which must be one of `allowed`."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}; it is {value!r}.")
    return value


def yes_or_no(name: str, default: bool) -> bool:
    """Return the variable as a truth value, written `yes` or `no`."""
    return choice(name, "yes" if default else "no", ("yes", "no")) == "yes"


def names(name: str) -> list[str]:
    """Return the comma-separated parts of a variable that must be set."""
    parts = [part.strip() for part in text(name).split(",") if part.strip()]
    if not parts:
        raise ImproperlyConfigured(f"{name} must name at least one value, separated by commas.")
    return parts


def web_address(name: str, default: str | None = None) -> str:
    """Return an http(s) address without a trailing slash."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise ImproperlyConfigured(f"{name} must look like https://iocn.example.org; it is {value!r}.")
    return value


def database(name: str) -> dict[str, Any]:
    """Return Django's settings for the database at the URL in the variable: PostgreSQL or SQLite."""
    value = text(name)
    try:
        settings: dict[str, Any] = dict(dj_database_url.parse(value))
    except (ValueError, KeyError) as error:  # its messages may hold the password
        raise ImproperlyConfigured(
            f"{name} cannot be read. It must look like postgres://user:password@host:5432/iocn."
        ) from error
    if settings.get("ENGINE") == "django.db.backends.sqlite3" and settings.get("NAME"):
        return sqlite(Path(str(settings["NAME"])))
    if settings.get("ENGINE") != "django.db.backends.postgresql" or not settings.get("NAME"):
        raise ImproperlyConfigured(
            f"{name} must begin with postgres:// or sqlite:/// and name a database,"
            " such as postgres://user:password@host:5432/iocn."
        )
    settings["OPTIONS"] = {
        **settings.get("OPTIONS", {}),
        # A pool per process; a web process has as many threads as WEB_THREADS says.
        "pool": {"min_size": 1, "max_size": whole_number("DATABASE_POOL", 10), "timeout": 10},
        # What a connection has been asked five times it neither reads nor plans anew: a page's queries are the same
        # text each time (iocn.shared.prepared).
        "server_side_binding": True,
        "prepare_threshold": 5,
        "cursor_factory": _cursor_of_postgresql(),
    }
    return settings


def _cursor_of_postgresql() -> type:
    # Not above: psycopg is not needed where SQLite is used.
    from iocn.shared.postgresql import CursorWithNetworksInSight

    return CursorWithNetworksInSight


def sqlite(path: Path) -> dict[str, Any]:
    """Return Django's settings for an SQLite file that several processes share."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # A transaction that begins by reading and then writes would fail at once where another has
            # written in between; taking the write lock first makes it wait its turn (timeout, seconds).
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }


def openid_connect() -> list[dict[str, Any]]:
    """Return allauth's settings for the organisation's sign-in; an empty list where none of it is set."""
    names = ("OIDC_NAME", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    if not any(os.environ.get(name, "").strip() for name in names):
        return []
    label, issuer = text("OIDC_NAME"), text("OIDC_ISSUER").rstrip("/")
    if len(label) > 40:
        raise ImproperlyConfigured("OIDC_NAME must have at most 40 characters: it stands on a button.")
    parts = urlsplit(issuer)
    here = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
    if not parts.hostname or not (parts.scheme == "https" or here) or parts.query or ".well-known" in issuer:
        raise ImproperlyConfigured(
            "OIDC_ISSUER must be the provider's address as its tokens name it, such as"
            f" https://login.example.org/tenant; it is {issuer!r}."
        )
    return [
        {
            "provider_id": "organisation",
            "name": label,
            "client_id": text("OIDC_CLIENT_ID"),
            "secret": text("OIDC_CLIENT_SECRET"),
            "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
        }
    ]


def redis(name: str) -> str:
    """Return the Redis URL in the variable."""
    value = text(name)
    if urlsplit(value).scheme not in ("redis", "rediss") or not urlsplit(value).hostname:
        raise ImproperlyConfigured(f"{name} must look like redis://host:6379/0.")
    return value


def mailer(name: str) -> dict[str, Any]:
    """Return one entry of MAILERS for the URL in the variable.

    `smtp://user:password@host:587` speaks STARTTLS (plain where `?tls=no`), `smtps://` TLS from the start,
    `file:///folder` writes files.
    """
    value = text(name)
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} cannot be read; its port must be a number.") from error
    if parts.scheme == "file" and parts.path:
        return file_mailer(Path(parts.path))
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} must look like smtp://user:password@host:587 or smtps://host:465."
        )
    tls = parse_qs(parts.query).get("tls", ["yes"])[0] == "yes"
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": port or (465 if parts.scheme == "smtps" else 587),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_ssl": parts.scheme == "smtps",
            "use_tls": parts.scheme == "smtp" and tls,
            "timeout": 20,
        },
    }


def file_mailer(folder: Path) -> dict[str, Any]:
    """Return the entry of MAILERS that writes each message into a file of the folder."""
    return {
        "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "OPTIONS": {"file_path": folder},
    }


def kept_secret(path: Path) -> str:
    """Return the secret kept in the file, made on first use and readable by its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        secret = secrets.token_urlsafe(50)
        file.write(secret)
    return secret
