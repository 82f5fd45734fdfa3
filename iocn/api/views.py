"""What machines may do: read which measures a key opens, and put their numbers."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from iocn.api.models import AccessKey
from iocn.api.permissions import measures_of
from iocn.shared.tables import Table, TableRow, is_formula
from programmes.measures import actions
from programmes.measures.imports.columns import Choices
from programmes.measures.imports.plan import Plan, Planned, Series, There, What
from programmes.measures.models import Measure
from programmes.measures.permissions import may_change

EXAMPLE = {"observations": [{"period": "2026-06-01", "numerator": 12, "denominator": 240}]}
HEADINGS = ("period", "numerator", "denominator", "note")
NUMBERS = ("numerator", "denominator")
MOST = 5000
MEGABYTES = 2


# --- What is sent and answered -----------------------------------------------------------------------------
class MeasureSerializer(serializers.Serializer[Measure]):
    """A measure that the key opens."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    subgroup = serializers.CharField()
    organisation = serializers.CharField(source="organisation.ods_code", default="", help_text="ODS code")
    shape = serializers.ChoiceField(choices=Measure.Shape)
    unit = serializers.CharField()


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "string"}]})
class NumberField(serializers.DecimalField):
    """A number, or its digits as a text; as a text it comes back, so that none of its digits is lost."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(18, 4, **kwargs)


class ObservationSerializer(serializers.Serializer[Any]):
    """A number for one period."""

    period = serializers.DateField(help_text="The first day of the period: 2026-06-01")
    numerator = NumberField(help_text="How many, or the number")
    denominator = NumberField(
        required=False, allow_null=True, help_text="Out of how many; for percentages and rates"
    )
    note = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, help_text="An empty one leaves what is there"
    )


class NumbersSerializer(serializers.Serializer[Any]):
    """Numbers to put, all or none."""

    observations = ObservationSerializer(many=True)


class WrittenSerializer(serializers.Serializer[Any]):
    """What was written."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    same = serializers.IntegerField()


class ErrorSerializer(serializers.Serializer[Any]):
    """Why something was refused; `row` is the number's place in the list, counted from 1."""

    row = serializers.IntegerField(required=False)
    message = serializers.CharField()


class ErrorsSerializer(serializers.Serializer[Any]):
    """All that is wrong."""

    errors = ErrorSerializer(many=True)


# What each call may answer beside what was asked for.
REFUSALS = {401: ErrorsSerializer, 429: ErrorsSerializer}


# --- The calls ---------------------------------------------------------------------------------------------
class MeasuresView(APIView):
    """Which measures the key opens."""

    @extend_schema(responses={200: MeasureSerializer(many=True), **REFUSALS})
    def get(self, request: Request) -> Response:
        """Return the measures that the key opens."""
        measures = measures_of(request.auth).order_by("name", "subgroup", "pk")
        return Response(MeasureSerializer(measures, many=True).data)


class ObservationsView(APIView):
    """The numbers of a measure."""

    @extend_schema(responses={200: NumbersSerializer, 404: ErrorsSerializer, **REFUSALS})
    def get(self, request: Request, measure: int) -> Response:
        """Return the measure's numbers, oldest first."""
        rows = self._measure(request, measure).observations.order_by("period")
        return Response({"observations": list(rows.values("period", "numerator", "denominator"))})

    @extend_schema(
        request=NumbersSerializer,
        examples=[OpenApiExample("A month", EXAMPLE, request_only=True)],
        responses={
            200: WrittenSerializer,
            400: ErrorsSerializer,
            403: ErrorsSerializer,
            404: ErrorsSerializer,
            413: ErrorsSerializer,
            415: ErrorsSerializer,
            **REFUSALS,
        },
    )
    def put(self, request: Request, measure: int) -> Response:
        """Add numbers and change those that are another, all or none. The same again changes nothing."""
        key: AccessKey = request.auth
        thing = self._measure(request, measure)
        if not (answer := may_change(key.made_by, thing)):
            raise exceptions.PermissionDenied(answer.reason)
        plan = _plan(thing, _items(request))
        wrong = [row for row in plan.rows if row.errors]
        if wrong:
            return Response({"errors": [error for row in wrong for error in _errors(row)]}, status=400)
        numbers = [
            actions.NewNumber(row.period, row.numerator, row.denominator, row.note)
            for row in plan.rows
            if row.period is not None and row.numerator is not None and row.what != What.SAME
        ]
        added, changed = actions.import_observations(
            by=key.made_by, measure=thing, rows=numbers, source=f"the API ({key.name})"
        )
        return Response({"added": added, "changed": changed, "same": len(plan.rows) - added - changed})

    post = put

    def _measure(self, request: Request, measure: int) -> Measure:
        for found in measures_of(request.auth).filter(pk=measure):
            return found
        raise Http404


def _items(request: Request) -> list[Mapping[str, Any]]:
    """Return the numbers that were sent, or refuse what has another form."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MEGABYTES * 1024 * 1024:
        raise TooMuch(f"Send at most {MEGABYTES} MB at once.")
    data = request.data
    items = data.get("observations") if isinstance(data, dict) else None
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise exceptions.ParseError(f"Send {json.dumps(EXAMPLE)}.")
    if len(items) > MOST:
        raise TooMuch(f"Send at most {MOST:,} numbers at once.")
    return items


class TooMuch(exceptions.APIException):
    status_code = 413


def _plan(measure: Measure, items: Sequence[Mapping[str, Any]]) -> Plan:
    """Judge the numbers as an import judges a file's rows, in the same words."""
    table = Table(HEADINGS, tuple(_row(number, item, measure) for number, item in enumerate(items, 1)))
    there = {row.period: There(*row.numbers) for row in measure.observations.all()}
    choices = Choices(
        date="period",
        numerator="numerator",
        denominator="denominator" if measure.has_denominator else "",
        note="note",
        day_first=True,
    )
    return Plan(table, choices, measure.network.today(), lambda key, name: Series(measure, there=there))


def _row(number: int, item: Mapping[str, Any], measure: Measure) -> TableRow:
    errors = [f"“{name[:40]}” is not known here." for name in item if name not in HEADINGS]
    cells = {}
    for heading in HEADINGS:
        value = item.get(heading)
        if heading in NUMBERS and isinstance(value, bool | list | dict):
            errors.append(f"{heading} must be a text or a number.")
        elif heading not in NUMBERS and not isinstance(value, str | None):
            errors.append(f"{heading} must be a text.")
        cells[heading] = "" if value is None else str(value).strip()
        if isinstance(value, str) and is_formula(cells[heading]):
            errors.append(
                f"{heading} begins like a formula (“{cells[heading][:40]}”). Write the value itself."
            )
    if cells["denominator"] and not measure.has_denominator:
        errors.append("This measure has no denominator.")
    return TableRow(number, cells, tuple(errors))


def _errors(row: Planned) -> list[dict[str, object]]:
    return [{"row": row.lines[0], "message": message} for message in row.errors]
