"""To whom an ask goes."""

from django.utils import timezone

from people.models import Organisation
from programmes.escalations.routing import route_for
from programmes.escalations.states import Step
from tests import factories
from tests.programmes.escalations.conftest import member


def way(place, domain="data", organisation=None, by=None):
    return route_for(place.network, organisation or place.hospital, domain, by or place.nurse)


def test_who_can_decide_comes_before_the_executive_sponsor(place):
    route = way(place)
    assert [stage.step for stage in route.stages] == [Step.REMIT, Step.SPONSOR, Step.TABLE, Step.STAFF]
    assert (route.step, route.owner) == (Step.REMIT, place.leader)
    assert route.why == "Dr Meera Patel can decide on data and digital at Larkton General."
    assert route.passed_over == []


def test_several_who_can_decide_come_in_the_order_that_staff_set(place):
    factories.RemitFactory(membership=place.second, organisation=place.hospital, domain="data", order=0)
    assert way(place).owner == place.second
    assert list(way(place).stage.people) == [place.second, place.leader]


def test_without_a_remit_the_executive_sponsor_gets_it(place):
    route = way(place, "money")
    assert route.owner == place.sponsor
    assert route.passed_over == ["Nobody is named who can decide on “Money” at Larkton General."]


def test_not_sure_goes_to_the_executive_sponsor(place):
    assert way(place, "").owner == place.sponsor


def test_without_a_sponsor_it_goes_to_staff_whom_nobody_owns(place):
    route = way(place, "money", place.practice)
    assert (route.step, route.owner) == (Step.STAFF, None)
    assert "Harbour Street Practice has no executive sponsor yet." in route.passed_over


def test_nobody_gets_their_own_ask(place):
    route = way(place, by=place.leader)
    assert route.owner == place.sponsor
    assert route.passed_over == ["Dr Meera Patel asks, so somebody else decides."]
    assert way(place, "", by=place.sponsor).owner is None


def test_who_left_was_only_invited_or_is_no_leader_is_passed_over(place):
    place.leader.closed_at, place.leader.closed_by = timezone.now(), place.staff
    place.leader.save()
    invited = factories.MembershipFactory(network=place.network, name="Ina", roles=["leader"], joined_at=None)
    for one in (invited, place.onlooker):
        factories.RemitFactory(membership=one, organisation=place.hospital, domain="data")
    route = way(place)
    assert route.owner == place.sponsor
    assert route.passed_over == [
        f"{name} has left or is no leader any more." for name in ("Dr Meera Patel", "Ina", "Olga Onlooker")
    ]


def test_the_raisers_own_organisation_is_the_default_or_what_took_its_place(place):
    assert route_for(place.network, None, "data", place.nurse).organisation == place.hospital
    merged = factories.OrganisationFactory(network=place.network, name="Larkton United")
    Organisation.objects.filter(pk=place.hospital.pk).update(closed_at=timezone.now(), succeeded_by=merged)
    nurse = type(place.nurse).objects.get(pk=place.nurse.pk)
    assert route_for(place.network, None, "data", nurse).organisation == merged


def test_who_has_no_post_and_names_no_organisation_reaches_staff(place):
    nobody = member(place.network, "New Here")
    route = route_for(place.network, None, "data", nobody)
    assert (route.organisation, route.owner) == (None, None)
    assert route.passed_over == ["No organisation is named.", "Nobody sits at the network table."]
