"""What this room holds about people and in their words (iocn.shared.privacy)."""

from iocn.shared.privacy import Held, declare
from iocn.shared.tables import UnreadableTable, read_csv
from iocn.shared.workbooks import brought as unpacked
from programmes.measures.imports.staging import LIMITS
from programmes.measures.models import (
    Annotation,
    Import,
    ImportRow,
    ImportSeries,
    Measure,
    Observation,
    Phase,
    Result,
)


def words_of_file(brought: Import) -> str:
    """Return what a file says that waits to be confirmed; one that cannot be read says nothing."""
    try:
        table = read_csv(unpacked(bytes(brought.content), LIMITS).csv, LIMITS)
    except UnreadableTable:
        return brought.name
    cells = (cell for row in table.rows for cell in row.cells.values())
    return "\n".join([brought.name, *table.headings, *cells])


def declare_tables() -> None:
    """Enter this room's tables."""
    declare(
        Held(
            Measure,
            "Measures",
            words=("name", "subgroup", "unit", "source", "baseline_reason"),
            thing="self",
        ),
        Held(Observation, "Numbers", network="measure__network", words=("note", "left_out"), thing="measure"),
        Held(Phase, "Phases of measures", network="measure__network", words=("reason",), thing="measure"),
        Held(
            Result,
            "What measures show",
            network="measure__network",
            plain=(
                "variation_reason",
                "assurance_reason",
                "says",
                "latest",
                "line",
                "centre_line",
                "limits",
                "target_line",
                "improvements",
                "concerns",
                "changes",
            ),
        ),
        Held(Annotation, "Notes on charts", network="measure__network", words=("text",), thing="measure"),
        Held(
            Import,
            "Files of numbers",
            words=("name", "offer", "choices", "facts", "refusal"),
            never=("content",),
            about="by",
            goes_with_person=True,
            text_of=words_of_file,
        ),
        Held(
            ImportSeries,
            "Parts of files of numbers",
            network="brought__network",
            words=("organisation_name", "subgroup"),
            plain=("code", "picture"),
        ),
        Held(
            ImportRow,
            "Rows of files of numbers",
            network="brought__network",
            words=("text", "note", "was", "errors"),
            plain=("lines",),
        ),
    )
