"""The gallery shows every component, and each is written once."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from iocn.shared.templatetags import components

TEMPLATES = Path(settings.BASE_DIR) / "templates"
COMPONENTS = {file.name for file in (TEMPLATES / "components").glob("*.html")}
# What has nothing to look at.
UNSEEN = {"form_token.html"}


@pytest.mark.django_db
def test_the_gallery_shows_every_component(client):
    for rendered_once in (components.tag, components._time_shown):
        rendered_once.cache_clear()
    shown = {
        Path(str(template.name)).name
        for query in ("", "?wrong", "?plain")
        for template in client.get(f"/gallery/{query}").templates
        if str(template.name).startswith("components/")
    }
    assert COMPONENTS - shown - UNSEEN == set()


# The class that begins each component's markup. Pages take the component; it alone writes the class.
WRITTEN_ONCE = [
    "nhsuk-back-link",
    "nhsuk-card",
    "nhsuk-details",
    "nhsuk-error-summary",
    "nhsuk-inset-text",
    "nhsuk-notification-banner",
    "nhsuk-pagination",
    "nhsuk-summary-list__row",
    "nhsuk-tag",
    "nhsuk-task-list",
    "nhsuk-warning-callout",
    "iocn-timeline",
]
PAGES = sorted(
    file
    for file in TEMPLATES.rglob("*.html")
    if file.relative_to(TEMPLATES).parts[0] not in ("components", "django", "mail")
)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_a_page_takes_components_and_does_not_write_them_out(file):
    text = re.sub(r"{%.*?%}", " ", file.read_text())  # a class may be beside a condition
    classes = {name for value in re.findall(r'class="([^"]*)"', text) for name in value.split()}
    assert not classes & set(WRITTEN_ONCE)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_links_that_look_like_buttons_act_like_buttons(file):
    text = re.sub(r"{%.*?%}", " ", file.read_text())
    for link in re.findall(r'<a class="nhsuk-button\b[^>]*>', text):
        assert 'role="button" draggable="false"' in link
