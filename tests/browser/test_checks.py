"""The checks of every journey see what they are for."""

import pytest

from tests.browser.conftest import Troubles, check_accessibility, check_narrow, desk_only, phone_only

pytestmark = pytest.mark.journey


@pytest.fixture
def troubles():
    """Troubles that this file looks at itself."""
    return Troubles()


def test_axe_sees_a_picture_without_words_and_a_faint_text(page):
    page.set_content(
        '<html lang="en"><title>A</title><main><img src="data:,"><p style="color: #ccc">faint</p></main>'
    )
    with pytest.raises(
        AssertionError, match=r"image-alt(.|\n)*color-contrast|color-contrast(.|\n)*image-alt"
    ):
        check_accessibility(page)


def test_what_is_wider_than_320_pixels_is_seen_and_named(page):
    page.set_content(
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<p>Fits</p><div id="wide" style="width: 340px">Does not</div>'
    )
    with pytest.raises(AssertionError, match='id="wide"'):
        check_narrow(page)


def test_a_message_on_the_console_an_error_and_a_failed_request_are_seen(page, troubles):
    page.goto("/accounts/login/")
    page.evaluate("() => { console.warn('careful'); setTimeout(() => { throw new Error('broken') }) }")
    page.evaluate("() => fetch('/accounts/nothing-here/')")
    page.evaluate("() => fetch('http://localhost:1/').catch(() => 0)")
    page.wait_for_timeout(100)
    found = "\n".join(troubles.found)
    for trouble in ("careful", "broken", "nothing-here/: 404", "Content Security Policy"):
        assert trouble in found


@phone_only
def test_a_phone_is_narrow_and_touched(page):
    page.goto("/accounts/login/")
    assert page.evaluate("() => [innerWidth, navigator.maxTouchPoints > 0]") == [375, True]


@desk_only
def test_a_desk_is_wide(page):
    page.goto("/accounts/login/")
    assert page.evaluate("() => innerWidth") == 1280
