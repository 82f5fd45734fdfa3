"""Made data. Each factory makes the least that is valid; tests name what matters to them."""

from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from learning.models import Attendance, Cohort, Enrolment, Facilitator, Session
from people.models import Membership, Network, Organisation, Person, Post, Remit, RoleHeld
from programmes.models import Measure, Observation, PathwayProject, ProgrammeOfCare, Prototype, TeamMember

PASSWORD = "a long enough password"


class NetworkFactory(DjangoModelFactory):
    class Meta:
        model = Network

    slug = factory.Sequence(lambda n: f"network-{n}")
    name = factory.Sequence(lambda n: f"Network {n}")


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    network = factory.SubFactory(NetworkFactory)
    name = factory.Sequence(lambda n: f"Organisation {n}")
    kind = Organisation.Kind.HOSPITAL


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)


class MembershipFactory(DjangoModelFactory):
    """An active membership; `roles=[...]` (member unless given) and `email=` are made along."""

    class Meta:
        model = Membership
        skip_postgeneration_save = True
        exclude = ["email"]

    network = factory.SubFactory(NetworkFactory)
    name = factory.Sequence(lambda n: f"Member {n}")
    email = factory.Sequence(lambda n: f"member{n}@example.org")
    person = factory.SubFactory(
        PersonFactory, name=factory.SelfAttribute("..name"), email=factory.SelfAttribute("..email")
    )
    joined_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        for role in ["member"] if extracted is None else extracted:
            RoleHeld.objects.create(membership=self, role=role)


class PostFactory(DjangoModelFactory):
    class Meta:
        model = Post

    membership = factory.SubFactory(MembershipFactory)
    organisation = factory.SubFactory(
        OrganisationFactory, network=factory.SelfAttribute("..membership.network")
    )
    job_title = "Ward sister"
    level = "front_line"
    is_main = True


class RemitFactory(DjangoModelFactory):
    class Meta:
        model = Remit

    membership = factory.SubFactory(MembershipFactory, roles=["leader"])
    organisation = factory.SubFactory(
        OrganisationFactory, network=factory.SelfAttribute("..membership.network")
    )
    domain = "data"


class ProgrammeOfCareFactory(DjangoModelFactory):
    class Meta:
        model = ProgrammeOfCare

    network = factory.SubFactory(NetworkFactory)
    name = factory.Sequence(lambda n: f"Programme {n}")


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = PathwayProject

    network = factory.SubFactory(NetworkFactory)
    name = factory.Sequence(lambda n: f"Project {n}")


class TeamMemberFactory(DjangoModelFactory):
    class Meta:
        model = TeamMember

    project = factory.SubFactory(ProjectFactory)
    membership = factory.SubFactory(MembershipFactory, network=factory.SelfAttribute("..project.network"))


class PrototypeFactory(DjangoModelFactory):
    class Meta:
        model = Prototype

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"Change idea {n}")


class MeasureFactory(DjangoModelFactory):
    """A percentage for which lower is better; `values=[12, 13, ...]` makes months of 100 from January 2024 on."""

    class Meta:
        model = Measure
        skip_postgeneration_save = True

    project = factory.SubFactory(ProjectFactory)
    network = factory.SelfAttribute("project.network")
    name = factory.Sequence(lambda n: f"Measure {n}")
    better = "lower"

    @factory.post_generation
    def values(self, create, extracted, **kwargs):
        if not extracted:
            return
        by = MembershipFactory(network=self.network)
        for month, value in enumerate(extracted):
            ObservationFactory(
                measure=self,
                period=date(2024 + month // 12, month % 12 + 1, 1),
                numerator=value,
                denominator=100 if self.has_denominator else None,
                added_by=by,
            )


class ObservationFactory(DjangoModelFactory):
    class Meta:
        model = Observation

    measure = factory.SubFactory(MeasureFactory)
    period = date(2024, 1, 1)
    numerator = 12
    denominator = 240
    added_by = factory.SubFactory(MembershipFactory, network=factory.SelfAttribute("..measure.network"))


class CohortFactory(DjangoModelFactory):
    """A PLP that began four weeks ago and goes on for some months."""

    class Meta:
        model = Cohort

    network = factory.SubFactory(NetworkFactory)
    kind = Cohort.Kind.PLP
    name = factory.Sequence(lambda n: f"Cohort {n}")
    begins_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(weeks=4))
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(weeks=20))
    capacity = 12


class FacilitatorFactory(DjangoModelFactory):
    class Meta:
        model = Facilitator

    cohort = factory.SubFactory(CohortFactory)
    membership = factory.SubFactory(
        MembershipFactory, network=factory.SelfAttribute("..cohort.network"), roles=["coach"]
    )


class EnrolmentFactory(DjangoModelFactory):
    """Enrolled since the cohort began."""

    class Meta:
        model = Enrolment

    cohort = factory.SubFactory(CohortFactory)
    membership = factory.SubFactory(MembershipFactory, network=factory.SelfAttribute("..cohort.network"))
    enrolled_on = factory.SelfAttribute("cohort.begins_on")


class SessionFactory(DjangoModelFactory):
    """A session of two hours from 9am; `in_days=3` says when, from today; today unless given."""

    class Meta:
        model = Session
        exclude = ["hour", "in_days"]

    cohort = factory.SubFactory(CohortFactory)
    title = factory.Sequence(lambda n: f"Session {n}")
    in_days = 0
    hour = 9
    starts_at = factory.LazyAttribute(
        lambda made: (timezone.localtime() + timedelta(days=made.in_days)).replace(
            hour=made.hour, minute=0, second=0, microsecond=0
        )
    )
    ends_at = factory.LazyAttribute(lambda made: made.starts_at + timedelta(hours=2))
    place = "Larkton Library"


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = Attendance

    session = factory.SubFactory(SessionFactory)
    enrolment = factory.SubFactory(EnrolmentFactory, cohort=factory.SelfAttribute("..session.cohort"))
    mark = Attendance.Mark.PRESENT
    by = factory.SelfAttribute("enrolment.membership")
