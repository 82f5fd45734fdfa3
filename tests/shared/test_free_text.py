"""What could be an NHS number, however it is written."""

import pytest

from iocn.shared.free_text import nhs_numbers_in

# Numbers that the NHS's own documents use as examples; no patient has them.
ONE, OTHER = "9434765919", "4010232137"


@pytest.mark.parametrize(
    "written",
    [
        ONE,
        "943 476 5919",
        "943-476-5919",
        "94347 65919",
        "943  476  5919",
        "943 – 476 – 5919",
        "943\t476\t5919",
    ],
)
def test_a_number_is_found_with_spaces_and_dashes(written):
    assert nhs_numbers_in(f"She is {written}.") == [written]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("943 476 5919 2 visits", ["943 476 5919"]),
        (f"Bed 4 {ONE}", [ONE]),
        (f"{ONE} {OTHER}", [ONE, OTHER]),
        (f"{ONE}-{OTHER}", [ONE, OTHER]),
        ("943 476 5919 401 023 2137", ["943 476 5919", "401 023 2137"]),
        (f"{ONE}\n{OTHER}", [ONE, OTHER]),
    ],
)
def test_a_number_is_found_beside_other_digits(text, found):
    assert nhs_numbers_in(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "943 476 5918",  # the check digit is wrong
        f"1{ONE}",
        f"{ONE}1",
        "12 94 347 659 19",  # one among many digits in no usual grouping
        "94347\n65919",
        "",
    ],
)
def test_other_digits_are_left_alone(text):
    assert nhs_numbers_in(text) == []
