"""docs/information-governance.md says what the code does."""

from pathlib import Path

from django.conf import settings

from iocn.records.retention import FIXED, SCHEDULE, period

PAGE = (Path(settings.BASE_DIR) / "docs" / "information-governance.md").read_text(encoding="utf-8")


def test_the_retention_table_of_the_docs_is_that_of_the_code():
    rows = [(rule.what, period(rule, rule.number), rule.since, rule.then) for rule in SCHEDULE]
    table = ["| " + " | ".join(row) + " |" for row in [*rows, *FIXED]]
    section = PAGE.partition("## How long it is kept")[2].partition("\n## ")[0]
    assert [line for line in section.splitlines() if line.startswith("|")][2:] == table


def test_the_fixed_periods_are_those_of_the_settings():
    fixed = {what: time for what, time, _since, _then in FIXED}
    assert fixed["Sessions of who is signed in"] == f"{settings.SESSION_COOKIE_AGE // 86400} days"
