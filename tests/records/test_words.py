"""Which words are found, and what stands in their place."""

import pytest

from iocn.shared.words import Words

WRITTEN = [
    ("Jane Smith", "Ask jane smith about it", "Ask [removed] about it"),
    ("Jane Smith", "Jane\n  Smith’s bed", "[removed]’s bed"),
    ("Jane Smith", "Jane&nbsp;Smith, Jane<br>Smith", "[removed], [removed]"),
    ("Ann", "Annual plan, ann, Joann, ANN.", "Annual plan, [removed], Joann, [removed]."),
    ("O'Brien", "O’Brien and O&#x27;Brien", "[removed] and [removed]"),
    ("Smith-Jones", "Smith–Jones", "[removed]"),
    ("Zoë", "Zoë, Zoe\u0308, ZOË, Zoe", "[removed], [removed], [removed], Zoe"),
    ("Zoe", "Zoe\u0308", "Zoe\u0308"),
    ("jane@example.org", "write to Jane@Example.org.", "write to [removed]."),
    ("A & B", "A &amp; B", "[removed]"),
    (
        "943 476 5919",
        "9434765919 or 943-476-5919 or 943 476 59190",
        "[removed] or [removed] or 943 476 59190",
    ),
    ("9434765919", "Bed 4 (943 476 5919)", "Bed 4 ([removed])"),
    ("Bed 4", "bed 4, bed 42", "[removed], bed 42"),
    (".*", "a", "a"),
]


@pytest.mark.parametrize(("words", "text", "after"), WRITTEN)
def test_words_are_found_however_they_are_written(words, text, after):
    assert Words(words).removed_from(text) == after
    assert Words(words).are_in(text) == (text != after)


@pytest.mark.parametrize(("words", "text", "after"), WRITTEN)
def test_the_hints_for_the_database_stand_in_every_text_that_has_them(words, text, after):
    if text != after:
        assert all(hint.upper() in text.upper() for hint in Words(words).hints)


def test_what_was_removed_is_found_no_more():
    text = Words("Jane Smith").removed_from("Jane Smith and Jane Smith")
    assert not Words("Jane Smith").are_in(text)


def test_a_field_that_is_too_short_for_the_mark_gets_a_shorter_one():
    assert Words("Li").removed_from("Ask Li now", longest=12) == "Ask […] now"
    assert Words("Li").removed_from("Ask Li", longest=6) == "Ask […"


def test_words_are_removed_from_all_of_a_json_value():
    value = {"Jane": ["ask Jane", {"name": "jane"}, 3, None]}
    assert Words("Jane").removed_from(value) == {
        "[removed]": ["ask [removed]", {"name": "[removed]"}, 3, None]
    }


@pytest.mark.parametrize(
    ("words", "is_long_enough"), [("J", False), ("- .", False), ("Li", True), ("", False)]
)
def test_a_single_letter_is_too_little(words, is_long_enough):
    assert Words(words).is_long_enough is is_long_enough
