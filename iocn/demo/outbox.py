"""The e-mail that the demonstration wrote into files instead of sending it."""

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

# What Django's file backend writes after each message.
END_OF_MESSAGE = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True)
class Mail:
    """One sent e-mail; `key` finds it again."""

    key: str
    message: EmailMessage

    @property
    def at(self) -> datetime:
        """When it was sent."""
        return parsedate_to_datetime(self.message["Date"])

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that a reader or their mail program looks at."""
        names = ("From", "To", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post")
        return [(name, str(self.message[name])) for name in names if self.message[name]]

    @property
    def text(self) -> str:
        """The part for readers without HTML."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The part with HTML; empty where there is none."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""


def sent(newest: int) -> list[Mail]:
    """Return the newest e-mails, the newest first."""
    mails: list[Mail] = []
    # By time of writing: names of the same second come in any order.
    for file in sorted(_folder().glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True):
        mails += reversed(_read(file))
        if len(mails) >= newest:
            break
    return mails[:newest]


def find(key: str) -> Mail | None:
    """Return the e-mail with this key."""
    file = _folder() / f"{key.rpartition('-')[0]}.log"
    # The key comes from an address: it names a file of this folder, or nothing.
    if file.parent != _folder() or not file.is_file():
        return None
    return next((mail for mail in _read(file) if mail.key == key), None)


def _folder() -> Path:
    return Path(settings.MAILERS["default"]["OPTIONS"]["file_path"])


def _read(file: Path) -> list[Mail]:
    texts = [text for text in file.read_bytes().split(END_OF_MESSAGE) if text.strip()]
    messages = [email.message_from_bytes(text, policy=email.policy.default) for text in texts]
    return [Mail(f"{file.stem}-{number}", message) for number, message in enumerate(messages)]
