from tests.factories import MembershipFactory, PostFactory


def test_a_membership_knows_its_roles_and_main_post(db):
    from people.models import Membership

    post = PostFactory(membership=MembershipFactory(roles=["leader", "coach"]))
    found = Membership.objects.active().with_roles().with_main_post().get()
    assert found.roles == {"leader", "coach"}
    assert found.is_leader
    assert found.main_post == post


def test_tests_run_in_test_mode(settings):
    assert settings.MODE == "test"
