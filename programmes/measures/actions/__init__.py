"""Everything that writes measures and their numbers. The view has asked whether the person may."""

from programmes.measures.actions.charts import (
    annotate,
    begin_phase,
    count_again,
    end_baseline,
    join_phases,
    leave_out,
    remove_annotation,
    set_baseline,
)
from programmes.measures.actions.common import NewNumber, PeriodTaken
from programmes.measures.actions.measures import change_measure, create_measure
from programmes.measures.actions.numbers import (
    add_observation,
    apply_upload,
    change_observation,
    choose_columns,
    import_observations,
    keep_upload,
    remove_observation,
)

__all__ = [
    "NewNumber",
    "PeriodTaken",
    "add_observation",
    "annotate",
    "apply_upload",
    "begin_phase",
    "change_measure",
    "change_observation",
    "choose_columns",
    "count_again",
    "create_measure",
    "end_baseline",
    "import_observations",
    "join_phases",
    "keep_upload",
    "leave_out",
    "remove_annotation",
    "remove_observation",
    "set_baseline",
]
