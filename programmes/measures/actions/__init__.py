"""Everything that writes measures and their numbers. The view has asked whether the person may."""

from programmes.measures.actions.charts import (
    annotate,
    begin_phase,
    count_again,
    end_baseline,
    join_phases,
    keep_lines,
    leave_out,
    propose_again,
    remove_annotation,
    set_baseline,
)
from programmes.measures.actions.common import NewNumber, PeriodTaken
from programmes.measures.actions.imports import (
    ImportIsOld,
    apply_import,
    bring,
    choose,
    clear,
    discard,
    read_again,
)
from programmes.measures.actions.measures import change_measure, create_measure
from programmes.measures.actions.numbers import (
    add_observation,
    change_observation,
    import_observations,
    remove_observation,
)

__all__ = [
    "ImportIsOld",
    "NewNumber",
    "PeriodTaken",
    "add_observation",
    "annotate",
    "apply_import",
    "begin_phase",
    "bring",
    "change_measure",
    "change_observation",
    "choose",
    "clear",
    "count_again",
    "create_measure",
    "discard",
    "end_baseline",
    "import_observations",
    "join_phases",
    "keep_lines",
    "leave_out",
    "propose_again",
    "read_again",
    "remove_annotation",
    "remove_observation",
    "set_baseline",
]
