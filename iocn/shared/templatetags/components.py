"""Filters and tags that every page may use without loading: settings.py makes them built in."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.forms.fields import Field
from django.forms.widgets import ChoiceWidget, MultiWidget
from django.template import Context
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from iocn.shared.sending import new_token

register = template.Library()

# strftime is slow, and speaks the machine's language.
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


# --- Time in people's terms -------------------------------------------------------------------------------
def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


@register.filter
def day(value: date | datetime | str | None) -> str:
    """Return a date as people write it: 3 June 2026. Takes an ISO text too, as charts hold them."""
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        value = _local(value)
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


@register.filter
def clock(value: datetime | time | None) -> str:
    """Return a time as people write it: 2:30pm, 9am, midday."""
    if not value:
        return ""
    # A time without a day is by the clock on the wall already.
    local = _local(value) if isinstance(value, datetime) else value
    if (local.hour, local.minute) == (12, 0):
        return "midday"
    if (local.hour, local.minute) == (0, 0):
        return "midnight"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"


@register.filter
def in_words(value: date | datetime | None) -> str:
    """Return when something was or is: today at 2:30pm, yesterday, tomorrow, 3 June 2026."""
    if not value:
        return ""
    on = _local(value).date() if isinstance(value, datetime) else value
    near = {0: "today", -1: "yesterday", 1: "tomorrow"}.get((on - timezone.localdate()).days)
    if near is None:
        return day(on)
    return f"{near} at {clock(value)}" if isinstance(value, datetime) else near


@register.simple_tag
def moment(value: date | datetime | None) -> str:
    """Show a date or time in people's terms, the exact one on hover and in the markup."""
    return _time(value, in_words(value)) if value else ""


@register.simple_tag
def waiting(since: datetime | None) -> str:
    """Show how long something has waited, since when on hover and in the markup."""
    return _time(since, waited(since), "since ") if since else ""


def _time(value: date | datetime, words: str, before: str = "") -> str:
    if isinstance(value, datetime):
        value = _local(value)
        iso, exact = value.isoformat(timespec="seconds"), f"{day(value)} at {clock(value)}"
    else:
        iso, exact = value.isoformat(), day(value)
    return _time_shown(iso, before + exact, words)


@lru_cache(maxsize=5000)
def _time_shown(iso: str, exact: str, words: str) -> SafeString:
    # Lists show dozens, and the next reader the same ones. The last line break would be a space before a full stop.
    shown = render_to_string("components/moment.html", {"iso": iso, "exact": exact, "words": words})
    return SafeString(shown.strip())


@register.filter
def waited(since: date | datetime | None, until: date | datetime | None = None) -> str:
    """Return how long something has waited: 6 days, 1 hour, 5 minutes. From then to now, or to `until`."""
    if not since:
        return ""
    if isinstance(since, datetime):
        end = until if isinstance(until, datetime) else timezone.now()
        return _length(end - since)
    end_day = _local(until).date() if isinstance(until, datetime) else until or timezone.localdate()
    days = (end_day - since).days
    return _count(days, "day") if days > 0 else "less than a day"


def _length(time: timedelta) -> str:
    seconds = time.total_seconds()
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return _count(int(seconds // length), unit)
    return "less than a minute"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


# --- A status in a word ----------------------------------------------------------------------------------------
@register.simple_tag
@lru_cache(maxsize=500, typed=True)  # what is marked as safe is another text
def tag(text: str, colour: str = "") -> SafeString:
    """Show a status in a word: components/tag.html, rendered once for each of the few that there are."""
    return SafeString(render_to_string("components/tag.html", {"text": text, "colour": colour}).strip())


# --- Components that hold whatever a page puts into them -----------------------------------------------------
@register.simple_block_tag
def details(content: str, summary: str, open: object = False) -> str:
    """Show what is between the tags when the summary is pressed."""
    return render_to_string(
        "components/details.html", {"summary": summary, "open": open, "content": SafeString(content)}
    )


@register.simple_block_tag
def inset(content: str) -> str:
    """Set a remark apart."""
    return render_to_string("components/inset.html", {"content": SafeString(content)})


@register.simple_block_tag
def problem(content: str, heading: str) -> str:
    """Say what is in the way of going on, where it is no field of a form."""
    return render_to_string("components/problem.html", {"heading": heading, "content": SafeString(content)})


class _FactNode(Node):
    """Two blocks, which a simple block tag cannot have: what a fact says, and what can be done about it."""

    def __init__(
        self, key: FilterExpression, hidden: FilterExpression | None, value: NodeList, actions: NodeList
    ) -> None:
        self.key, self.hidden, self.value, self.actions = key, hidden, value, actions

    def render(self, context: Context) -> SafeString:
        """Return the row."""
        shown = {
            "key": self.key.resolve(context),
            "is_key_hidden": self.hidden and self.hidden.resolve(context),
            "value": self.value.render(context),
            "actions": SafeString(self.actions.render(context).strip()),
        }
        return SafeString(render_to_string("components/fact.html", shown))


@register.tag
def fact(parser: Parser, token: Token) -> _FactNode:
    """Show a row of a summary list: {% fact "Roles" %}…{% action %}<a …>Change</a>{% endfact %}.

    A second argument that is true hides the key from sight, where the row before has the same.
    """
    _, key, *hidden = token.split_contents()
    value = parser.parse(("action", "endfact"))
    actions = NodeList()
    if parser.next_token().contents == "action":
        actions = parser.parse(("endfact",))
        parser.delete_first_token()
    is_hidden = parser.compile_filter(hidden[0]) if hidden else None
    return _FactNode(parser.compile_filter(key), is_hidden, value, actions)


# --- Forms -------------------------------------------------------------------------------------------------
class _TokenNode(CsrfTokenNode):
    """Beside the token against forgery, the one with which a form acts once (iocn.shared.sending)."""

    def render(self, context: Context) -> SafeString:
        """Return the hidden fields."""
        against_forgery = SafeString(super().render(context))
        request = context.get("request")
        if request is None or getattr(request, "membership", None) is None:
            return against_forgery
        return against_forgery + render_to_string("components/form_token.html", {"token": new_token(request)})


@register.tag
def csrf_token(parser: Parser, token: Token) -> _TokenNode:
    """Take the place of Django's own {% csrf_token %}, so that no form can forget the second token."""
    return _TokenNode()


@register.filter
def problems(form: object) -> list[dict[str, str]]:
    """Return what is wrong in a form, with the address of the field to go to, for the error summary.

    Anything that is not a form with errors gives an empty list, so that base.html may ask of every page.
    """
    if not isinstance(form, BaseForm) or not form.is_bound:
        return []
    # In the order of the page, what concerns the whole form first.
    found = [{"text": str(message), "href": ""} for message in form.non_field_errors()]
    for field in form:
        found += [{"text": _named(field, str(message)), "href": _address(field)} for message in field.errors]
    return found


def _named(field: BoundField, message: str) -> str:
    # Forms that are not ours (allauth's) say only "This field is required"; a summary must say which.
    if message == str(Field.default_error_messages["required"]):
        return f"Fill in “{field.label}”"
    return message


def _address(field: BoundField) -> str:
    if field.is_hidden:
        return ""
    widget = field.field.widget
    if isinstance(widget, ChoiceWidget) and widget.use_fieldset:
        # The first option; without any there is nothing to go to.
        options = field.subwidgets
        return f"#{options[0].id_for_label}" if options else ""
    name = widget.attrs.get("id") or field.auto_id
    return f"#{name}_0" if isinstance(widget, MultiWidget) else f"#{name}"


# --- The page around ---------------------------------------------------------------------------------------
@register.inclusion_tag("components/navigation.html", takes_context=True)
def navigation(context: Context) -> dict[str, object]:
    """Show the sections of the network that the reader may open, the current one marked."""
    membership, network, request = (context.get(name) for name in ("membership", "network", "request"))
    if not membership or not network:
        return {"items": []}
    may_ask = not (membership.is_citizen_only or membership.is_evaluator_only)
    sections = _sections(network.slug, membership.is_staff, membership.is_citizen_only, may_ask)
    items = [{"label": label, "href": href, "current": ""} for label, href in sections]
    _mark_current(items, request.path if request else "")
    return {"items": items}


@register.simple_tag
@lru_cache(maxsize=1000)
def header_addresses(slug: str) -> dict[str, str]:
    """Return where the header's links lead, by name; without a network `home` and `me` are absent."""
    found = {
        "account": "account",
        "networks": "networks",
        "sign_in": "account_login",
        "sign_out": "account_logout",
    }
    there = {name: reverse(view) for name, view in found.items()}
    if slug:
        there |= {"home": reverse("home:home", args=[slug]), "me": reverse("people:me", args=[slug])}
    return there


@lru_cache(maxsize=1000)
def _sections(slug: str, is_staff: bool, is_citizen: bool, may_ask: bool) -> list[tuple[str, str]]:
    """Return the sections' labels and addresses, which every page shows and whose making takes a while."""
    sections = [("Home", "home:home")]
    if may_ask:
        sections.append(("Raise an ask", "escalations:raise"))
    sections += [
        ("Asks", "escalations:inbox"),
        ("Projects", "projects:projects"),
        ("Learning", "learning:cohorts"),
    ]
    if not is_citizen:
        sections += [
            ("Measures", "measures:measures"),
            ("Members", "people:members"),
            ("Organisations", "people:organisations"),
        ]
    if is_staff:
        sections.append(("For staff", "people:staff_list"))
    return [(label, reverse(name, args=[slug])) for label, name in sections]


def _mark_current(items: list[dict[str, str]], path: str) -> None:
    """Mark the section whose address the path begins with; the longest wins, home only when it is the page."""
    above = [
        item
        for item in items
        if path == item["href"] or (item["label"] != "Home" and path.startswith(item["href"]))
    ]
    if above:
        nearest = max(above, key=lambda item: len(item["href"]))
        nearest["current"] = "page" if path == nearest["href"] else "true"


# --- Charts ------------------------------------------------------------------------------------------------
@register.filter
def chart_columns(chart: dict[str, Any]) -> list[dict[str, str]]:
    """Return the columns of a chart's data table: its own, or those that its points have."""
    if chart.get("columns"):
        return list(chart["columns"])
    known = [
        ("date", "Date"),
        ("value", chart.get("unit") or "Value"),
        ("numerator", "Numerator"),
        ("denominator", "Denominator"),
        ("note", "Note"),
    ]
    return [
        {"key": key, "label": label}
        for key, label in known
        if key in ("date", "value") or any(point.get(key) not in (None, "") for point in chart["points"])
    ]


@register.filter
def of(column: dict[str, str], row: dict[str, Any]) -> Any:
    """Return what a row holds in a column."""
    value = row.get(column["key"])
    return day(value) if column["key"] == "date" else value
