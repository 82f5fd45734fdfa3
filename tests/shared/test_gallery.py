"""The gallery shows every component, and each is written once."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
COMPONENTS = {file.name for file in (TEMPLATES / "components").glob("*.html")}
# What has nothing to look at.
UNSEEN = {"form_token.html"}


@pytest.mark.django_db
def test_the_gallery_shows_every_component(client):
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
    "nhsuk-tag",
    "nhsuk-warning-callout",
    "iocn-timeline",
]
# A summary list and a task list whose cells hold more than text are written in their page.
PAGES = sorted(
    file
    for file in TEMPLATES.rglob("*.html")
    if file.relative_to(TEMPLATES).parts[0] not in ("components", "django", "mail")
)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_a_page_takes_components_and_does_not_write_them_out(file):
    classes = {name for value in re.findall(r'class="([^"]*)"', file.read_text()) for name in value.split()}
    assert not classes & set(WRITTEN_ONCE)
