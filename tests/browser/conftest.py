"""A real browser against a real server: each journey runs at the size of a phone and of a desk.

def test_a_clinician_raises_an_ask(page, sign_in, visit, mails):
    sign_in(page, membership)                        # by cookie; `sign_in_by_form` types the password
    visit(page, f"/{network.slug}/")                 # goes there and checks the page
    page.get_by_role("button", name="Raise").click()
    check_page(page)                                 # axe, and nothing scrolls sideways at 320 pixels

Anything on the console, a failed request or a status of 400 and above fails the test at its end, unless it
was announced: `troubles.expect(404)`. `new_page()` is somebody else's browser. `@phone_only` and
`@desk_only` are for what makes sense at one size alone. What a click brings takes a moment, so ask for it with
Playwright's `expect(...)`, which waits, and never with a plain `assert`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page, expect

from people.models import Membership
from tests.browser.chromium import on_this_machine
from tests.factories import PASSWORD

ROOT = Path(django_settings.BASE_DIR)
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

SIZES = {
    "phone": {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True},
    "desk": {"viewport": {"width": 1280, "height": 900}},
}
# A busy machine may draw a page slowly; what is expected of it may take as long as any other step.
PATIENCE = 10_000  # milliseconds
expect.set_options(timeout=PATIENCE)
phone_only = pytest.mark.parametrize("size", ["phone"], indirect=True)
desk_only = pytest.mark.parametrize("size", ["desk"], indirect=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Start the machine's own Chromium, which as root has no sandbox and in a container no graphics card."""
    return {
        **browser_type_launch_args,
        "executable_path": on_this_machine(),
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    }


@pytest.fixture(params=SIZES)
def size(request) -> str:
    """`phone` or `desk`: every journey runs once with each."""
    return request.param


@pytest.fixture
def browser_context_args(browser_context_args, size):
    """Open pages at the size, as a British reader."""
    return {**browser_context_args, **SIZES[size], "locale": "en-GB", "timezone_id": "Europe/London"}


@pytest.fixture(scope="session")
def base_url(live_server):
    """Let `page.goto("/larkton/")` reach the test's server."""
    if not (ROOT / "static" / "dist" / "iocn.css").exists():
        pytest.exit("static/dist is not built, so pages have no style: run `make build` first.", returncode=1)
    return live_server.url


@pytest.fixture(autouse=True)
def _at_this_address(settings, live_server):
    """Links in e-mail lead to the test's server, and nobody signs in too often: all share one address."""
    settings.BASE_URL = live_server.url
    settings.ACCOUNT_RATE_LIMITS = False


class Troubles:
    """What went wrong behind the page: console, scripts, requests."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.expected: set[int] = set()

    def expect(self, *statuses: int) -> None:
        """Announce that answers with these statuses will come, such as 404."""
        self.expected |= set(statuses)

    def watch(self, context: BrowserContext) -> None:
        """Note every trouble of every page in the context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"script: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _console(self, message) -> None:
        if message.type not in ("error", "warning"):
            return
        # Chromium and htmx report an answer of 400 and above here too; it is judged by its status.
        by_status = (
            "Failed to load resource: the server responded with a status of",
            "Response Status Error Code",
        )
        if message.text.startswith(by_status):
            return
        self.found.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _failed(self, request) -> None:
        # A download, or a page left before all of it came, counts as aborted.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.found.append(f"{request.method} {request.url}: {request.failure}")

    def _response(self, response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.found.append(f"{response.request.method} {response.url}: {response.status}")


@pytest.fixture
def troubles():
    """Fail the test at its end if the browser met any trouble that was not announced."""
    troubles = Troubles()
    yield troubles
    assert not troubles.found, "The browser met trouble:\n" + "\n".join(troubles.found)


@pytest.fixture
def new_context(new_context, troubles):
    """Watch every context for trouble."""

    def make(**kwargs) -> BrowserContext:
        context = new_context(**kwargs)
        context.set_default_timeout(PATIENCE)
        troubles.watch(context)
        return context

    return make


@pytest.fixture
def new_page(new_context) -> Callable[[], Page]:
    """Return a function that opens a page in a browser of its own, for a second person."""
    return lambda: new_context().new_page()


@pytest.fixture
def sign_in(live_server) -> Callable[[Page, Membership], None]:
    """Return a function that gives the page's browser the membership's session."""

    def by_cookie(page: Page, membership: Membership) -> None:
        client = Client()
        client.force_login(membership.person)
        name = django_settings.SESSION_COOKIE_NAME
        page.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": live_server.url, "httpOnly": True}]
        )

    return by_cookie


@pytest.fixture
def sign_in_by_form() -> Callable[[Page, Membership], None]:
    """Return a function that signs the membership in as a person does."""

    def by_form(page: Page, membership: Membership) -> None:
        page.goto("/accounts/login/")
        page.get_by_label("E-mail address").fill(membership.person.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)

    return by_form


@pytest.fixture
def visit() -> Callable[[Page, str], None]:
    """Return a function that goes to an address and checks the page there."""

    def go(page: Page, path: str) -> None:
        page.goto(path)
        check_page(page)

    return go


@pytest.fixture
def mails(deliver):
    """Return a function that sends what is due, as the worker does, and returns the messages; see `deliver`."""
    return deliver


def check_page(page: Page) -> None:
    """Assert that the page breaks no rule of WCAG 2.2 AA that axe knows, and fits a width of 320 pixels."""
    page.wait_for_load_state()  # a click waits for the next page to begin, not for all of it
    check_accessibility(page)
    check_narrow(page)


def check_accessibility(page: Page) -> None:
    """Assert that axe finds nothing on the page."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    result = page.evaluate("tags => axe.run({runOnly: tags})", AXE_TAGS)
    violations = [
        f"{rule['id']}: {rule['help']}\n"
        + "\n".join(f"    {node['html'][:200]}\n    {node['failureSummary']}" for node in rule["nodes"])
        for rule in result["violations"]
    ]
    assert not violations, f"axe finds on {page.url}:\n" + "\n".join(violations)


# The header's menu folds a moment after the width has changed, so the page gets a second's frames for it.
TOO_WIDE = """async () => {
  for (let frame = 0; frame < 60; frame++) {
    if (document.documentElement.scrollWidth <= 320) return null;
    await new Promise(requestAnimationFrame);
  }
  const wide = [...document.body.querySelectorAll("*")].filter(element => {
    const box = element.getBoundingClientRect();
    return box.width && box.right + window.scrollX > 320.5;
  });
  return [`${document.documentElement.scrollWidth} pixels wide`,
          ...wide.slice(0, 8).map(element => element.cloneNode(false).outerHTML.slice(0, 200))];
}"""


def check_narrow(page: Page) -> None:
    """Assert that nothing scrolls sideways at 320 pixels."""
    before = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 640})
    try:
        too_wide = page.evaluate(TOO_WIDE)
    finally:
        page.set_viewport_size(before)
    assert not too_wide, f"{page.url} scrolls sideways at 320 pixels:\n" + "\n".join(too_wide)


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, as somebody does who has no mouse."""
    expect(target).to_be_visible()  # the page that has it may still be on its way
    for _ in range(200):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {target} on {page.url}")


def saved_by_key(page: Page, name: str) -> str:
    """Press Enter on a button or link that downloads; return the name of the file."""
    button = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name, exact=True))
    with page.expect_download() as saved:
        button.press("Enter")
    return saved.value.suggested_filename
