"""The inbox of a leader with minutes a day."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from programmes.escalations import actions
from programmes.escalations.models import Escalation
from tests import factories
from tests.browser.conftest import check_page, desk_only, phone_only

pytestmark = pytest.mark.journey
INBOX = "/larkton/escalations/"


@pytest.fixture
def ward(network):
    """A leader with three asks of a nurse's, of which the second is late."""
    hospital = factories.OrganisationFactory(network=network, name="Larkton General")
    people = {}
    for name, roles, level in [
        ("Jo Bright", ["member"], "front_line"),
        ("Dr Meera Patel", ["leader"], "top"),
        ("Tom Okafor", ["leader"], "top"),
    ]:
        people[name] = factories.MembershipFactory(network=network, name=name, roles=roles)
        factories.PostFactory(membership=people[name], organisation=hospital, level=level)
    factories.RemitFactory(membership=people["Dr Meera Patel"], organisation=hospital, domain="data")
    now = timezone.now()
    for words, due in [("A scanner", 3), ("Access to letters", -2), ("A tablet for each bay", 5)]:
        ask = actions.raise_ask(by=people["Jo Bright"], ask=words, urgency="slowing", domain="data")
        Escalation.objects.filter(pk=ask.pk).update(due_at=now + timedelta(days=due))
    return people


def renew(page):
    """Let the list look whether anything has changed, as it does when its page is looked at again."""
    with page.expect_response(lambda response: response.request.headers.get("hx-target") == "asks") as seen:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    return seen.value


@desk_only
def test_a_leader_clears_three_asks_by_keyboard(page, sign_in, visit, ward):
    sign_in(page, ward["Dr Meera Patel"])
    visit(page, INBOX)
    press, beside = page.keyboard.press, page.locator("#beside")
    expect(page.locator("tbody tr").first).to_contain_text("2 days late")

    # The first is opened, and acknowledged: two keys, and the place in the list is kept.
    press("j")
    press("Enter")
    expect(beside.get_by_role("heading", name="Access to letters", level=1)).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?ask=E-2$"))
    check_page(page)
    press("a")
    expect(beside.get_by_role("button", name="Say that you are looking at it")).to_be_focused()
    press("Enter")
    expect(beside.get_by_text("They know now that you are looking at it.")).to_be_visible()
    expect(page.locator("#E-2")).to_contain_text("Being looked at")

    # The next is promised.
    press("j")
    press("p")
    expect(beside.get_by_label("What do you promise?")).to_be_focused()
    page.keyboard.type("a scanner for the ward")  # keys are letters while one types
    check_page(page)
    beside.get_by_label("By when?").fill((timezone.localdate() + timedelta(days=10)).isoformat())
    beside.get_by_role("button", name="Say yes, with a promise").press("Enter")
    expect(beside.locator(".iocn-turn")).to_contain_text("Promised: a scanner for the ward, by")
    expect(page.locator("#E-1")).to_contain_text("Yes, promised")

    # The third is not possible now, and leaves the list.
    page.locator("#E-3 a").first.focus()
    press("d")
    expect(beside.get_by_label("Why is it not possible now?")).to_be_focused()
    page.keyboard.type("This year’s money is spent.")
    press("Tab")
    page.keyboard.type("Ask again in April.")
    press("Tab")
    press("Enter")
    expect(beside.get_by_text("Your answer is on its way")).to_be_visible()
    expect(page.locator("#E-3")).to_have_count(0)
    press("Escape")
    expect(beside).to_be_hidden()
    states = dict(Escalation.objects.values_list("number", "state"))
    assert states == {1: "accepted", 2: "acknowledged", 3: "declined"}


@desk_only
def test_an_ask_is_put_on_hold_by_keyboard(page, sign_in, visit, ward):
    sign_in(page, ward["Dr Meera Patel"])
    visit(page, INBOX)
    beside = page.locator("#beside")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(beside.get_by_label("Until when?")).to_be_focused()
    check_page(page)
    beside.get_by_label("Until when?").fill((timezone.localdate() + timedelta(days=10)).isoformat())
    page.keyboard.press("Tab")
    beside.get_by_label("What does it wait for?").fill("The board meets")
    beside.get_by_role("button", name="Put on hold", exact=True).press("Enter")
    expect(beside.locator(".iocn-turn")).to_contain_text("On hold")
    assert Escalation.objects.filter(state="on_hold").count() == 1


@desk_only
def test_reload_and_back_show_the_same_ask_and_escape_gives_the_focus_back(page, sign_in, ward):
    sign_in(page, ward["Dr Meera Patel"])
    page.goto(INBOX)
    heading = page.locator("#beside h1")
    page.get_by_role("link", name="A scanner").click()
    expect(heading).to_have_text("A scanner")
    page.get_by_role("link", name="Access to letters").click()
    expect(heading).to_have_text("Access to letters")
    page.reload()
    expect(heading).to_have_text("Access to letters")
    page.go_back()
    expect(heading).to_have_text("A scanner")
    page.keyboard.press("Escape")
    expect(heading).to_have_count(0)
    expect(page.get_by_role("link", name="A scanner")).to_be_focused()
    assert "ask=" not in page.url


@desk_only
def test_a_list_that_renews_itself_keeps_focus_the_open_ask_and_half_typed_text(page, sign_in, ward):
    sign_in(page, ward["Dr Meera Patel"])
    page.goto(INBOX)
    assert renew(page).status == 304
    page.get_by_role("link", name="Access to letters").click()
    page.locator("#beside").get_by_label("Write a comment").fill("I have asked the phar")
    ask = Escalation.objects.get(number=1)
    actions.hand_on(by=ward["Dr Meera Patel"], escalation=ask, to=ward["Tom Okafor"])
    assert renew(page).status == 200
    expect(page.locator("#E-1")).to_have_count(0)
    typed = page.locator("#beside").get_by_label("Write a comment")
    expect(typed).to_be_focused()
    expect(typed).to_have_value("I have asked the phar")
    expect(page.locator("#E-2")).to_have_attribute("aria-current", "true")

    # The focus is in the list, on a row that stays.
    page.locator("#E-3 a").first.focus()
    actions.raise_ask(by=ward["Jo Bright"], ask="A bell", urgency="slowing", domain="data")
    assert renew(page).status == 200
    expect(page.locator("#E-4")).to_be_visible()
    expect(page.locator("#E-3 a").first).to_be_focused()
    # What is typed is left only on purpose.
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.keyboard.press("Enter")
    expect(typed).to_have_value("I have asked the phar")


@desk_only
def test_a_key_for_what_may_not_be_done_says_why_and_opens_nothing(page, sign_in, ward, troubles):
    troubles.expect(403)
    sign_in(page, ward["Tom Okafor"])
    page.goto(f"{INBOX}?show=open")
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.get_by_text("The ask is with Dr Meera Patel, who answers it.")).to_be_visible()
    expect(page.locator("#beside")).to_be_hidden()


@desk_only
def test_single_keys_can_be_turned_off(page, sign_in, ward):
    sign_in(page, ward["Dr Meera Patel"])
    page.goto(INBOX)
    page.keyboard.press("?")
    expect(page.get_by_text("say yes, with a promise")).to_be_visible()
    page.get_by_role("button", name="Turn these keys off").click()
    page.locator("#E-2 a").first.focus()
    page.keyboard.press("p")
    page.keyboard.press("Enter")  # a link is a link
    expect(page.locator("#beside h1")).to_have_text("Access to letters")


@desk_only
def test_what_is_ticked_stays_ticked_and_one_act_does_for_all(page, sign_in, ward):
    sign_in(page, ward["Dr Meera Patel"])
    page.goto(INBOX)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_label("Tick E-3").check()
    actions.raise_ask(by=ward["Jo Bright"], ask="A bell", urgency="slowing", domain="data")
    assert renew(page).status == 200
    expect(page.get_by_label("Tick E-2")).to_be_checked()
    expect(page.get_by_label("Tick E-1")).not_to_be_checked()
    check_page(page)
    page.get_by_role("button", name="Hand on").click()
    expect(page.get_by_role("heading", name="Hand on: 2 asks")).to_be_visible()
    page.get_by_label("To whom?").select_option(label="Tom Okafor, Ward sister, Larkton General")
    check_page(page)
    page.get_by_role("button", name="Hand on").click()
    expect(page.get_by_text("With Tom Okafor now: E-2, E-3.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(2)


@phone_only
def test_on_a_phone_an_ask_is_a_card_with_two_large_buttons(page, sign_in, visit, ward):
    sign_in(page, ward["Dr Meera Patel"])
    visit(page, INBOX)
    card = page.locator("#E-2")
    for name in ("I am looking at it", "Yes, with a promise"):
        box = card.get_by_role("link", name=name).bounding_box()
        assert box["height"] >= 44
    card.get_by_role("link", name="I am looking at it").click()
    page.get_by_role("button", name="Say that you are looking at it").click()
    expect(page.get_by_text("They know now that you are looking at it.")).to_be_visible()
    check_page(page)
