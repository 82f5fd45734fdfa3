"""Habits of the house that no linter knows; docs/decisions/ and the comments say why."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.forms import BaseForm

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("iocn", "people", "programmes", "learning")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PYTHON = sorted(
    file for package in PACKAGES for file in (ROOT / package).rglob("*.py") if "migrations" not in file.parts
)


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def is_view(file: Path) -> bool:
    """Whether the file holds views: views.py, something_views.py, or in a folder views/."""
    return file.stem.endswith("views") or "views" in file.parent.parts


def uses_of_objects(tree: ast.AST) -> Iterator[int]:
    """Yield the lines with `Model.objects` or its like."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager"):
            yield node.lineno


# Before anybody is known there is no scope to start from: whose memberships are these?
BEFORE_A_MEMBERSHIP = {"people/views/account.py", "people/web.py"}


@pytest.mark.parametrize("file", [file for file in PYTHON if is_view(file)], ids=named)
def test_views_start_from_what_the_reader_may_see(file):
    if named(file) in BEFORE_A_MEMBERSHIP:
        return
    lines = file.read_text().splitlines()
    found = [
        f"{number}: {lines[number - 1].strip()}"
        for number in uses_of_objects(ast.parse(file.read_text()))
        if "History.objects.of(" not in lines[number - 1]  # of a thing that was found through its scope
    ]
    assert not found, "Start from a scope of permissions.py, such as asks_for(membership):\n" + "\n".join(
        found
    )


INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)(?![^>]*application/json)", re.I
)


@pytest.mark.parametrize("file", TEMPLATES, ids=named)
def test_pages_hold_no_script_or_style_of_their_own(file):
    if "mail" in file.relative_to(ROOT / "templates").parts[0]:
        return  # mail programs read no style sheet
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", file.read_text(), flags=re.DOTALL)
    assert not INLINE.findall(text)


HTML = re.compile(r"</?(?:a|b|br|div|em|h[1-6]|i|li|ol|p|span|strong|table|td|th|tr|ul)(?:\s[^>]*)?/?>", re.I)


@pytest.mark.parametrize("file", PYTHON, ids=named)
def test_html_is_written_in_templates_alone(file):
    tree = ast.parse(file.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = [
        f"{node.lineno}: {node.value[:80]}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        if HTML.search(node.value)
    ]
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert not found
    assert not names & {"mark_safe", "format_html"}


def all_forms(base: type = BaseForm) -> Iterator[type]:
    for form in base.__subclasses__():
        yield form
        yield from all_forms(form)


def test_every_form_looks_and_fails_alike_and_refuses_nhs_numbers():
    from django.urls import get_resolver

    from iocn.shared.forms import FormMixin

    get_resolver().url_patterns  # noqa: B018 - loads all views, and with them all forms
    ours = [form for form in all_forms() if form.__module__.split(".")[0] in PACKAGES]
    assert ours
    # django-filter makes its own class of ours.
    assert not [form for form in ours if not issubclass(form, FormMixin)]


def test_pages_answer_only_the_methods_they_are_for():
    from django.urls import URLPattern, URLResolver, get_resolver

    def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
        for one in resolver.url_patterns:
            if isinstance(one, URLResolver):
                yield from patterns(one)
            else:
                yield one

    open_to_all = []
    for pattern in patterns(get_resolver()):
        view = pattern.callback
        if hasattr(view, "cls"):  # a class of the API answers the methods that it has
            continue
        if view.__module__.split(".")[0] in PACKAGES and "require_http_methods" not in _decorators(view):
            open_to_all.append(f"{view.__module__}.{view.__qualname__}")
    assert not open_to_all, "Say @require_GET, @require_POST or @require_http_methods."


def _decorators(view: object) -> str:
    """Return the code names in the chain of functions around the view."""
    found = []
    while view is not None:
        found.append(getattr(getattr(view, "__code__", None), "co_qualname", ""))
        view = getattr(view, "__wrapped__", None)
    return " ".join(found)
