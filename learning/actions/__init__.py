"""Everything that writes cohorts. Each action is atomic and writes its history row.

The view has asked whether the person may. What cannot be done now raises ValidationError with a sentence.
"""

from learning.actions.attendance import Taken, mark_self, take_attendance
from learning.actions.cohorts import change_cohort, copy_cohort, create_cohort
from learning.actions.enrolments import PlanChanged, choose_project, end_enrolment, enrol, enrol_addresses
from learning.actions.leaving import leave_cohorts, leave_cohorts_closed_to
from learning.actions.sessions import add_sessions, call_off, change_session

__all__ = [
    "PlanChanged",
    "Taken",
    "add_sessions",
    "call_off",
    "change_cohort",
    "change_session",
    "choose_project",
    "copy_cohort",
    "create_cohort",
    "end_enrolment",
    "enrol",
    "enrol_addresses",
    "leave_cohorts",
    "leave_cohorts_closed_to",
    "mark_self",
    "take_attendance",
]
