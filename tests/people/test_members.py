from people import actions
from tests import factories
from people.models import Membership


def test_quick(network, deliver):
    staff = factories.MembershipFactory(network=network, roles=["staff"])
    o = actions.add_organisation(by=staff, name="A", kind="hospital", ods_code="RR8")
    m = actions.invite_member(
        by=staff,
        email="X@example.org",
        name="Xa",
        organisation=o,
        level="top",
        job_title="CE",
        roles=["leader"],
    )
    (mail,) = deliver()
    print(mail)
    actions.accept_invitation(m)
    actions.give_remit(by=staff, membership=m, organisation=o, domain="money")
    actions.set_executive_sponsor(by=staff, organisation=o, membership=m)
    actions.close_membership(by=staff, membership=m)
    m2 = actions.invite_member(by=staff, email="X@example.org", name="Xa")
    assert m2.pk == m.pk
