import pytest
from tests.browser.test_measures_journey import *
from tests.browser.test_measures_journey import made_file, bring
for n in list(globals()):
    if n.startswith("test_"): del globals()[n]
from tests.factories import *
pytestmark = [pytest.mark.django_db(transaction=True)]
def shot(page, name, size):
    page.wait_for_timeout(300)
    page.screenshot(path=f"/tmp/w/shots/measures-{name}-{size}.png", full_page=True)
def test_shots(page, sign_in, measure, nurse, size):
    sign_in(page, nurse)
    page.goto(f"/larkton/measures/{measure.pk}/"); shot(page, "empty", size)
    page.get_by_role("button", name="Import from a file").click(); shot(page, "file", size)
    page.go_back()
    bring(page, measure, REAL.name, REAL.read_bytes())
    page.get_by_label("Only rows whose org_code is").select_option("RF4")
    shot(page, "columns", size)
    page.get_by_role("button", name="Preview").click(); shot(page, "dups", size)
    page.get_by_role("link", name="take fewer rows").click()
    page.get_by_role("group", name="Only rows whose type is").get_by_label("1", exact=True).check()
    page.get_by_role("button", name="Preview").click(); shot(page, "preview", size)
    page.get_by_role("button", name="Import 36 numbers").click()
    page.locator(".iocn-plot").wait_for(); shot(page, "measure", size)
    page.goto(f"/larkton/measures/{measure.pk}/add/"); shot(page, "add", size)
    page.get_by_role("button", name="Save").click(); shot(page, "add-wrong", size)
    page.goto(f"/larkton/measures/{measure.pk}/change/"); shot(page, "change", size)
    MeasureFactory(project=measure.project, name="Letters within a day", values=[4, 7, 5, 8, 3, 6, 7, 4, 8, 5, 3, 7], made_up=True)
    MeasureFactory(project=measure.project, name="Falls", kind="balancing", shape="number")
    page.goto("/larkton/measures/"); shot(page, "list", size)
