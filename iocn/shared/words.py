"""Finding words in text however they are written, and replacing them by a mark."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from typing import Any

# In the order in which they are tried: a field may be too short for the first.
MARKS = ("[removed]", "[…]")

# In the HTML of an e-mail a tag may stand between two words.
_SPACE = r"(?:\s|&nbsp;|</?[a-z][^<>@]{0,200}>)+"
_APOSTROPHES = "'’‘`´ʼ"
_DASHES = r"[\-\u2010-\u2015]"
# E-mail bodies are kept as HTML too, where these stand for one letter.
_ESCAPED = {"&": "(?:&amp;|&)", "<": "(?:&lt;|<)", ">": "(?:&gt;|>)", '"': '(?:&quot;|["“”])'}
_DIGITS = re.compile(r"[\d\s\-\u2010-\u2015.()/+]+")


class Words:
    """Some words to look for: whole words, in capitals or not, with any spaces, dashes and apostrophes.

    A number of six digits or more, such as an NHS number, is found however its digits are grouped.
    """

    def __init__(self, text: str) -> None:
        self.text = " ".join(unicodedata.normalize("NFC", text).split())

    @property
    def is_long_enough(self) -> bool:
        """Whether there are two letters or digits at least."""
        return sum(letter.isalnum() for letter in self.text) >= 2

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds them."""
        digits = re.sub(r"\D", "", self.text)
        if len(digits) >= 6 and _DIGITS.fullmatch(self.text):
            between = r"(?:[\s.()/]|&nbsp;|" + _DASHES + "){0,3}"
            return re.compile(rf"(?<!\d){between.join(digits)}(?!\d)")
        letters = "".join(_letter(letter) for letter in self.text)
        # Not inside a longer word; an accent that follows belongs to the word.
        return re.compile(rf"(?<![^\W_]){letters}(?![^\W_]|[\u0300-\u036f])", re.IGNORECASE)

    @cached_property
    def hints(self) -> tuple[str, ...]:
        """What stands in every text that has them, for the database to look for; perhaps nothing."""
        if _DIGITS.fullmatch(self.text):
            return tuple(sorted(set(re.sub(r"\D", "", self.text))))
        longest = max(re.findall(r"[A-Za-z0-9]+", self.text), key=len, default="")
        return (longest,) if longest else ()

    def are_in(self, value: Any) -> bool:
        """Whether the text, or any text in the JSON value, has them."""
        return any(self.pattern.search(text) for text in texts_in(value))

    def removed_from(self, value: Any, longest: int | None = None, marks: Sequence[str] = MARKS) -> Any:
        """Return the text or JSON value with a mark in their place, never longer than `longest`."""
        if isinstance(value, dict):
            return {
                self.removed_from(key, marks=marks): self.removed_from(one, marks=marks)
                for key, one in value.items()
            }
        if isinstance(value, list):
            return [self.removed_from(one, marks=marks) for one in value]
        if not isinstance(value, str):
            return value
        for mark in marks:
            text = self.pattern.sub(mark, value)  # no mark has a backslash
            if longest is None or len(text) <= longest:
                return text
        return text[: longest - 1] + "…" if longest else text


def texts_in(value: Any) -> list[str]:
    """Return the texts in a value that may be JSON."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in texts_in(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts_in(one)]
    return []


def _letter(letter: str) -> str:
    """Return the pattern of one letter of the words."""
    if letter == " ":
        return _SPACE
    if letter in _APOSTROPHES:
        return f"(?:[{_APOSTROPHES}]|&#x27;|&#39;)"
    if re.fullmatch(_DASHES, letter):
        return _DASHES
    if letter in _ESCAPED:
        return _ESCAPED[letter]
    apart = unicodedata.normalize("NFD", letter)
    # Some machines write an accent as a letter of its own.
    return f"(?:{re.escape(letter)}|{re.escape(apart)})" if apart != letter else re.escape(letter)
