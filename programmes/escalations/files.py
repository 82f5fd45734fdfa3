"""Which files may be put on an ask, told by what is in them and not by their name."""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from iocn.shared.free_text import refuse_patient_identifiers

MOST_BYTES = 10 * 1024 * 1024
# Of what an Office file unpacks to, which may be far more than the file.
MOST_READ = 20 * 1024 * 1024
_ENDS = re.compile(r"</(?:w:p|a:p|si|t|v|c)>|<w:(?:br|tab|cr)/>")
_TAG = re.compile(r"<[^>]*>")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError)
_OFFICE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
ALLOWED_WORDS = "PDF, Word, Excel and PowerPoint files, PNG and JPEG pictures, text and CSV"


@dataclass(frozen=True)
class Checked:
    """A file that may be kept."""

    name: str
    kind: str
    content: bytes


def checked(file: UploadedFile) -> Checked:
    """Return the file that somebody brought. Raises ValidationError with a sentence if it may not be kept."""
    name = PurePath(file.name or "file").name[-120:]
    if (file.size or 0) > MOST_BYTES:
        raise ValidationError(
            f"“{name}” is larger than {MOST_BYTES // 1024 // 1024} MB. Bring a smaller file, or the page that matters."
        )
    content = file.read()
    kind = _kind_of(content, name)
    if kind is None:
        raise ValidationError(f"“{name}” cannot be kept here. Bring {ALLOWED_WORDS}, under their own names.")
    if kind in ("txt", "csv"):
        refuse_patient_identifiers(content.decode("utf-8"))
    return Checked(name, kind, content)


def words_of(kind: str, content: bytes) -> str:
    """Return what can be read in a file: text, what an Office file says. What PDF and pictures show only a person
    sees."""
    if kind in ("txt", "csv"):
        return content.decode("utf-8", "replace")
    return "\n".join(_words_of_office(content)) if kind in _OFFICE else ""


def _words_of_office(content: bytes) -> Iterator[str]:
    left = MOST_READ
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for part in parts.infolist():
            if left <= 0 or not part.filename.endswith(".xml"):
                continue
            try:
                with parts.open(part) as opened:
                    text = opened.read(left).decode("utf-8", "replace")
            except _UNREADABLE:
                continue  # damaged, locked with a password: nobody reads words there either
            left -= len(text)
            # A word may be cut into runs of its letters, so runs are joined; paragraphs, cells and lines part them.
            yield unescape(_TAG.sub("", _ENDS.sub("\n", text)))


def _kind_of(content: bytes, name: str) -> str | None:
    """Return what a file is, if it is of an allowed kind and its name says the same."""
    ending = PurePath(name).suffix.lower().removeprefix(".").replace("jpeg", "jpg")
    if ending not in TYPES or not content:
        return None
    if ending in _OFFICE:
        return ending if _is_office(content, _OFFICE[ending]) else None
    begins = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
    if ending in begins:
        return ending if content.startswith(begins[ending]) else None
    try:
        return None if "\0" in content.decode("utf-8") else ending
    except UnicodeDecodeError:
        return None


def _is_office(content: bytes, folder: str) -> bool:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        return False
    # No macros: nobody needs them to make a case.
    return any(name.startswith(folder) for name in names) and not any("vbaProject" in name for name in names)
