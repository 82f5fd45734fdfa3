"""What every page is made of: fields, error summaries, dates, the page around."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string

from iocn.shared.forms import Form
from iocn.shared.gallery import SampleForm
from iocn.shared.templatetags.components import clock, day, in_words, waited

NHS_NUMBER = "943 476 5919"


def ids_in(html):
    return re.findall(r'\bid="([^"]+)"', html)


def render(source, **context):
    return Template(source).render(Context(context))


class WordsForm(Form):
    words = forms.CharField(label="What <b>happened</b>?", help_text="One & only sentence")
    more = forms.CharField(label="More", required=False)
    choice = forms.ChoiceField(label="Which?", widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])

    def clean(self):
        if self.cleaned_data.get("more") == "clash":
            raise forms.ValidationError("These two do not go together")


# --- Fields ---------------------------------------------------------------------------------------------
def test_a_field_has_its_label_and_the_hint_and_error_are_read_with_it():
    html = WordsForm({"choice": "a"})["words"].as_field_group()
    assert '<label class="nhsuk-label" for="id_words">' in html
    assert 'aria-describedby="id_words_helptext id_words_error"' in html
    assert {"id_words_helptext", "id_words_error", "id_words"} <= set(ids_in(html))
    assert "nhsuk-form-group--error" in html
    assert 'aria-invalid="true"' in html


def test_what_people_wrote_as_label_hint_or_value_is_escaped():
    html = WordsForm({"words": "<script>x</script>", "choice": "a"})["words"].as_field_group()
    assert "What &lt;b&gt;happened&lt;/b&gt;?" in html
    assert "One &amp; only sentence" in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_only_fields_that_may_stay_empty_say_that_they_are_optional():
    form = WordsForm()
    assert "(optional)" in form["more"].as_field_group()
    assert "(optional)" not in form["words"].as_field_group()


def test_radios_are_a_group_with_a_legend_and_each_has_its_label():
    html = WordsForm()["choice"].as_field_group()
    assert "<fieldset" in html
    assert "Which?" in html[html.index("<legend") : html.index("</legend>")]
    assert 'for="id_choice_0"' in html
    assert 'for="id_choice_1"' in html


def test_a_single_checkbox_has_its_label_beside_it():
    html = SampleForm()["agreed"].as_field_group()
    assert html.index("<input") < html.index(
        '<label class="nhsuk-label nhsuk-checkboxes__label" for="id_agreed">'
    )


def test_the_hint_of_a_checkbox_stands_below_its_label_and_is_read_with_it():
    class Ticked(Form):
        sure = forms.BooleanField(label="I am sure", help_text="It cannot be undone")

    html = Ticked({})["sure"].as_field_group()
    assert html.index("Tick “I am sure”") < html.index("</label>") < html.index("It cannot be undone")
    assert 'aria-describedby="id_sure_helptext id_sure_error"' in html


def test_every_id_of_a_form_is_there_once():
    found = ids_in(str(SampleForm({"number": "many"})))
    assert len(found) == len(set(found))


def test_a_date_is_given_to_the_browsers_picker_as_it_wants_it():
    html = SampleForm(initial={"on": date(2026, 6, 3)})["on"].as_field_group()
    assert 'type="date"' in html
    assert 'value="2026-06-03"' in html


def test_a_number_that_is_none_stays_as_it_was_typed():
    html = SampleForm({"number": "about 12"})["number"].as_field_group()
    assert 'value="about 12"' in html
    assert "Write a whole number for" in html


def test_a_text_keeps_its_first_empty_line():
    html = SampleForm({"ask": "\nsecond line"})["ask"].as_field_group()
    assert re.search(r"<textarea[^>]*>&#10;\nsecond line</textarea>", html)


def test_a_whole_form_shows_what_concerns_all_of_it():
    html = str(WordsForm({"words": "x", "more": "clash", "choice": "a"}))
    assert "These two do not go together" in html


# --- What is wrong ----------------------------------------------------------------------------------------
class OrderForm(Form):
    name = forms.CharField(label="100% name", max_length=5)
    on = forms.DateField(label="When?")
    at = forms.TimeField(label="From")
    often = forms.IntegerField(label="How often?", min_value=1, max_value=40)
    link = forms.URLField(label="Link", assume_scheme="https")
    mail = forms.EmailField(label="To")
    which = forms.ChoiceField(label="Which?", choices=[("a", "A")])
    several = forms.MultipleChoiceField(label="Who?", choices=[("a", "A")])
    own = forms.IntegerField(error_messages={"invalid": "Count them"})


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("name", "too long", "Shorten “100% name” to 5 characters: it has 8 now"),
        ("name", "a\0b", "Type “100% name” again: it holds a sign that cannot be kept"),
        ("on", "31/02/2027", "Write a day that exists, such as 31/12/2026, for “When?”"),
        ("on", "9999-12-31", "Look at the year: 9999 is not between 1900 and 2199"),
        ("on", "0026-12-31", "Look at the year: 26 is not between 1900 and 2199"),
        ("at", "noon", "Write a time, such as 14:30, for “From”"),
        ("often", "some", "Write a whole number for “How often?”"),
        ("often", "0", "Write a number from 1 to 40 for “How often?”"),
        ("often", "41", "Write a number from 1 to 40 for “How often?”"),
        ("link", "not this", "Write a web address, such as https://example.org, for “Link”"),
        ("mail", "me", "Write an e-mail address, such as name@example.org, for “To”"),
        ("which", "zzz", "Choose an answer for “Which?” from the list"),
        ("several", ["zzz"], "Choose an answer for “Who?” from the list"),
        ("own", "zzz", "Count them"),
    ],
)
def test_an_error_names_its_field_and_says_how_to_put_it_right(name, typed, said):
    assert OrderForm({name: typed}).errors[name] == [said]


# --- NHS numbers ----------------------------------------------------------------------------------------
def test_an_nhs_number_is_refused_at_its_field_and_what_was_typed_stays():
    form = WordsForm({"words": f"Patient {NHS_NUMBER} waits", "more": "kept", "choice": "a"})
    assert not form.is_valid()
    assert list(form.errors) == ["words"]
    assert NHS_NUMBER in form.errors["words"][0]
    assert f"Patient {NHS_NUMBER} waits" in form["words"].as_field_group()
    assert 'value="kept"' in form["more"].as_field_group()


def test_ten_digits_that_are_no_nhs_number_pass():
    assert WordsForm({"words": "Call 943 476 5918", "choice": "a"}).is_valid()


# --- The error summary ------------------------------------------------------------------------------------
def test_every_link_of_the_error_summary_leads_to_a_field_of_the_page():
    form = SampleForm({"number": "many"})
    summary = render_to_string("components/error_summary.html", {"form": form})
    links = re.findall(r'href="#([^"]+)"', summary)
    assert len(links) == len(form.errors) == 6
    assert set(links) <= set(ids_in(str(form)))
    assert "There is a problem" in summary


def test_the_error_summary_follows_the_order_of_the_page_and_names_each_field():
    form = WordsForm({"words": NHS_NUMBER})
    summary = render_to_string("components/error_summary.html", {"form": form})
    assert summary.index("NHS number") < summary.index("Choose an answer for “Which?”")


def test_what_concerns_the_whole_form_is_in_the_summary_without_a_link():
    form = WordsForm({"words": "x", "more": "clash", "choice": "a"})
    summary = render_to_string("components/error_summary.html", {"form": form})
    assert "<li>These two do not go together</li>" in summary


def test_a_form_without_errors_has_no_summary():
    assert render_to_string("components/error_summary.html", {"form": WordsForm()}).strip() == ""
    assert render_to_string("components/error_summary.html", {}).strip() == ""


def test_the_pages_title_says_that_there_is_an_error():
    assert "<title>Error: " in render_to_string("base.html", {"form": WordsForm({})})
    assert "Error:" not in render_to_string("base.html", {"form": WordsForm()})


# --- Dates and times --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (date(2026, 6, 3), "3 June 2026"),
        ("2026-06-03", "3 June 2026"),
        (datetime(2026, 6, 3, 23, 30, tzinfo=UTC), "4 June 2026"),  # half past midnight in London
        (None, ""),
    ],
)
def test_a_date_reads_as_people_write_it(value, words):
    assert day(value) == words


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (13, 30, "2:30pm"),
        (8, 0, "9am"),
        (11, 0, "midday"),
        (23, 0, "midnight"),
        (11, 5, "12:05pm"),
        (23, 5, "12:05am"),
    ],
)
def test_a_time_reads_as_people_say_it_in_london(hour, minute, words):
    assert clock(datetime(2026, 6, 3, hour, minute, tzinfo=UTC)) == words  # summer: an hour ahead


@time_machine.travel(datetime(2026, 11, 22, 9, 0, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (datetime(2026, 11, 22, 14, 30, tzinfo=UTC), "today at 2:30pm"),
        (datetime(2026, 11, 21, 23, 59, tzinfo=UTC), "yesterday at 11:59pm"),
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), "tomorrow at midnight"),
        (datetime(2026, 6, 3, 13, 30, tzinfo=UTC), "3 June 2026"),
        (date(2026, 11, 22), "today"),
    ],
)
def test_a_moment_near_now_is_said_in_peoples_terms(value, words):
    assert in_words(value) == words


@time_machine.travel(datetime(2026, 11, 22, 9, 0, tzinfo=UTC), tick=False)
def test_a_moment_keeps_the_exact_time_on_hover_and_in_the_markup():
    html = render("{% moment at %}.", at=datetime(2026, 6, 3, 13, 30, tzinfo=UTC))
    assert html == (
        '<time datetime="2026-06-03T14:30:00+01:00" title="3 June 2026 at 2:30pm">3 June 2026</time>.'
    )
    assert render("{% moment at %}", at=None) == ""


@time_machine.travel(datetime(2026, 11, 22, 9, 0, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("since", "words"),
    [
        (datetime(2026, 11, 16, 8, 0, tzinfo=UTC), "6 days"),
        (datetime(2026, 11, 21, 8, 0, tzinfo=UTC), "1 day"),
        (datetime(2026, 11, 22, 7, 0, tzinfo=UTC), "2 hours"),
        (datetime(2026, 11, 22, 8, 55, tzinfo=UTC), "5 minutes"),
        (datetime(2026, 11, 22, 9, 0, tzinfo=UTC), "less than a minute"),
        (date(2026, 11, 16), "6 days"),
        (date(2026, 11, 22), "less than a day"),
        (None, ""),
    ],
)
def test_how_long_something_waited_is_said_in_its_largest_unit(since, words):
    assert waited(since) == words


# --- Pages ------------------------------------------------------------------------------------------------
CHART = {
    "id": "letters",
    "kind": "run",
    "title": "Letters <late>",
    "sentence": "No change.",
    "unit": "letters",
    "points": [
        {"date": "2026-01-01", "value": 12.5, "numerator": None, "denominator": None, "note": "</script><b>"},
        {"date": "2026-02-01", "value": None, "numerator": None, "denominator": None, "note": ""},
    ],
    "phases": [{"first": 0, "last": 1, "centre": 12.5, "lower": None, "upper": None}],
    "made_up": True,
}


def test_a_chart_says_its_sentence_and_has_its_numbers_in_a_table():
    html = render_to_string("components/chart.html", {"chart": CHART})
    assert "No change." in html
    assert re.search(r'<th scope="row">1 January 2026</th><td[^>]*>12.5</td>', html)
    assert re.search(r'<th scope="row">1 February 2026</th><td[^>]*>no number</td>', html)
    assert "Made-up numbers" in html
    assert "Numerator" not in html  # no point has one
    assert "<b>" not in html


def test_the_gallery_shows_every_component_without_an_inline_script_or_style(client, db):
    page = client.get("/gallery/?wrong=1")
    assert page.status_code == 200
    html = page.content.decode()
    assert "style=" not in html
    assert "<style" not in html
    assert not re.findall(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", html)
    found = ids_in(html)
    assert sorted(found) == sorted(set(found))


@pytest.mark.parametrize("name", ["404.html", "403.html", "403_csrf.html", "500.html", "429.html"])
def test_a_page_for_trouble_needs_nothing_of_the_request_and_leads_on(name):
    html = render_to_string(name)
    assert "<h1>" in html
    assert 'href="/' in html


def test_signing_in_says_which_field_is_missing(client, db):
    html = client.post("/accounts/login/", {"login": "", "password": "x"}).content.decode()
    assert '<a href="#id_login">Fill in “E-mail address”</a>' in html
    assert "<title>Error: Sign in" in html
