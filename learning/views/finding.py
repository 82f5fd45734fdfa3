"""What the pages of a cohort begin with: the cohort, or 404."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from iocn.shared.prepared import one_or_404, prepared
from learning.models import Cohort, CohortQuerySet, Enrolment, Session
from learning.permissions import cohorts_for, may_read_names
from people.models import Membership
from people.web import MemberRequest


def cohort_or_404(request: MemberRequest, pk: int) -> Cohort:
    """Return the cohort if the reader may see it, with their part in it."""
    cohort = one_or_404(_cohorts(request.membership, pk))
    cohort.network = request.membership.network
    return cohort


@prepared
def _cohorts(reader: Membership, pk: int) -> CohortQuerySet:
    return cohorts_for(reader).filter(pk=pk)


def with_names_or_404(request: MemberRequest, pk: int) -> Cohort:
    """Return the cohort if the reader may see who is in it."""
    cohort = cohort_or_404(request, pk)
    if not may_read_names(request.membership, cohort):
        raise Http404
    return cohort


def session_or_404(request: MemberRequest, pk: int, session: int) -> Session:
    """Return the session of a cohort whose people the reader may see."""
    cohort = with_names_or_404(request, pk)
    found = get_object_or_404(cohort.sessions.all(), pk=session)
    found.cohort = cohort
    return found


def enrolment_or_404(request: MemberRequest, pk: int, enrolment: int) -> Enrolment:
    """Return somebody's place in a cohort whose people the reader may see, also one that has ended."""
    cohort = with_names_or_404(request, pk)
    rows = cohort.enrolments.select_related("membership__network", "project")
    found = get_object_or_404(rows, pk=enrolment)
    found.cohort = cohort
    return found
