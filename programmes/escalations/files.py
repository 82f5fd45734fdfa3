"""Which files may be put on an ask, told by what is in them and not by their name."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from iocn.shared.free_text import refuse_patient_identifiers

MOST_BYTES = 10 * 1024 * 1024
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
