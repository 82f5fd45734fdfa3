"""Who is told what by e-mail."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from people.actions import name_delegate
from people.actions.members import close_membership
from people.models import Message
from programmes.escalations import actions
from programmes.escalations.stories import tell_story
from tests.factories import PASSWORD
from tests.programmes.escalations.conftest import member

SOON = timezone.localdate() + timedelta(days=7)
NAMES = ("nurse", "colleague", "leader", "second", "sponsor", "staff", "partner", "onlooker", "coach")


@pytest.fixture
def told(place, deliver):
    """Return a function that sends what is due and says who got it, by name, with the subject."""

    def send():
        by_address = {getattr(place, name).person.email: name for name in NAMES}
        return {by_address[mail["To"]]: mail for mail in deliver()}

    return send


def words(mail):
    return " ".join(mail.get_body(("plain",)).get_content().split())


def test_the_owner_is_told_at_once_with_what_is_asked_and_a_link(raised, told):
    mails = told()
    assert set(mails) == {"leader"}
    mail = mails["leader"]
    assert mail["Subject"] == "E-1 waits for you: Access to the pharmacy’s discharge letters"
    text = words(mail)
    for part in (
        "Jo Bright asked Dr Meera Patel.",
        "It is stopping us.",
        "We ring them up for each patient.",
        "/larkton/escalations/E-1/",
        "You get this because the ask is with you.",
    ):
        assert part in text
    assert mail["List-Unsubscribe"]


def test_whoever_gets_an_ask_later_reads_all_that_it_takes_to_decide(raised, told):
    told()
    actions.hand_on(by=raised.leader, escalation=raised.ask, to=raised.second, text="This is yours.")
    text = words(told()["second"])
    for part in (
        "This is yours.",
        "It is stopping us.",
        str(raised.project),
        "We ring them up for each patient.",
    ):
        assert part in text


def test_the_subject_says_what_happened(raised, told):
    told()
    actions.acknowledge(by=raised.leader, escalation=raised.ask)
    subject = told()["nurse"]["Subject"]
    assert subject == "E-1: Dr Meera Patel is looking at it – Access to the pharmacy’s discharge letters"


def test_each_step_reaches_those_concerned_and_nobody_hears_of_their_own(raised, told):
    ask = raised.ask
    told()

    def after(action, by, **kwargs):
        action(by=getattr(raised, by), escalation=ask, **kwargs)
        return set(told())

    assert after(actions.acknowledge, "leader") == {"nurse"}
    assert after(actions.hand_on, "leader", to=raised.second) == {"second", "nurse"}
    assert after(actions.comment, "nurse", text="Any news?") == {"second", "leader"}
    assert after(actions.comment, "colleague", text="Any news?") == {"second", "leader", "nurse"}
    assert after(actions.accept, "second", what="Access", due_on=SOON) == {"nurse", "leader"}
    assert after(actions.mark_done, "second") == {"nurse", "leader"}
    assert after(actions.not_settled, "nurse", text="No letters") == {"second", "leader"}
    assert after(actions.decline, "second", text="No", would_change="March") == {"nurse", "leader"}
    assert after(actions.confirm, "colleague") == {"nurse", "leader", "second"}


def test_who_answers_no_tells_why_and_what_would_change_it(raised, told):
    told()
    actions.decline(
        by=raised.leader, escalation=raised.ask, text="No money left.", would_change="Ask in April."
    )
    mail = told()["nurse"]
    assert mail["Subject"].startswith("E-1 waits for you")
    text = words(mail)
    assert "Dr Meera Patel said: not possible now. No money left." in text
    assert "What would change this, or what you can do now: Ask in April." in text
    assert "Please say whether that settles it." in text


def test_no_word_of_a_restricted_ask_leaves_by_mail(place, deliver):

    ask = actions.raise_ask(
        by=place.nurse, ask="Rota secret", urgency="slowing", background="bullying", restricted=True
    )
    actions.comment(by=place.nurse, escalation=ask, text="comment secret")
    actions.accept(by=place.sponsor, escalation=ask, what="I will talk", due_on=SOON, text="reason secret")
    actions.mark_done(by=place.sponsor, escalation=ask, text="reason secret")
    actions.not_settled(by=place.nurse, escalation=ask, text="not enough")
    actions.decline(by=place.sponsor, escalation=ask, text="reason secret", would_change="change secret")
    mails = deliver()
    assert len(mails) >= 6
    for mail in mails:
        whole = mail["Subject"] + "".join(part.get_content() for part in mail.iter_parts())
        assert "E-1" in whole
        for secret in ("secret", "bullying", "I will talk", "not enough"):
            assert secret not in whole, mail["Subject"]


def test_all_staff_are_told_when_nobody_has_an_ask(place, told):
    ask = actions.raise_ask(by=place.onlooker, ask="A room", urgency="helping")
    mails = told()
    assert set(mails) == {"staff"}
    assert "because you are network staff, and nobody has this ask" in words(mails["staff"])
    actions.route(by=place.staff, escalation=ask, to=place.second)
    assert set(told()) == {"second", "onlooker"}


def test_when_an_owner_leaves_the_raiser_is_told_and_the_leaver_is_not(raised, told):
    told()
    close_membership(by=raised.staff, membership=raised.leader)
    mails = told()
    assert set(mails) == {"nurse"}
    assert "Dr Meera Patel is no longer there to answer it." in words(mails["nurse"])


def test_who_stopped_such_mail_gets_none(raised, told):
    told()
    type(raised.nurse).objects.filter(pk=raised.nurse.pk).update(mail_about_asks=False)
    actions.acknowledge(by=raised.leader, escalation=raised.ask)
    assert told() == {}


def acts_for(place, leader, power="decide"):
    return name_delegate(
        by=leader,
        leader=leader,
        delegate=place.coach,
        power=power,
        until=SOON,
        copies_mail=True,
    )


def test_who_acts_for_a_leader_gets_no_copy_of_what_they_did_and_the_leader_hears_of_it(raised, told):
    acts_for(raised, raised.leader)
    told()
    actions.acknowledge(by=raised.coach, escalation=raised.ask)
    assert set(told()) == {"nurse", "leader"}
    actions.hand_on(by=raised.coach, escalation=raised.ask, to=raised.second)
    mails = told()
    assert set(mails) == {"nurse", "leader", "second"}
    actions.comment(by=raised.nurse, escalation=raised.ask, text="Any news?")
    assert set(told()) == {"leader", "second", "coach"}


def test_a_leader_who_is_not_told_otherwise_hears_what_was_done_for_them(raised, told):
    actions.hand_on(by=raised.leader, escalation=raised.ask, to=raised.second)
    acts_for(raised, raised.second)
    told()
    actions.acknowledge(by=raised.coach, escalation=raised.ask)
    mails = told()
    assert set(mails) == {"nurse", "leader", "second"}
    assert "Carl Coach for Tom Okafor is looking at it." in words(mails["second"])
    assert "because it was done for you" in words(mails["second"])


def test_who_acts_for_somebody_and_is_told_themselves_gets_one_mail(raised, deliver):
    acts_for(raised, raised.leader)
    actions.join(by=raised.coach, escalation=raised.ask)
    actions.hand_on(by=raised.leader, escalation=raised.ask, to=raised.second)
    deliver()
    actions.accept(by=raised.second, escalation=raised.ask, what="Access", due_on=SOON)
    addresses = [mail["To"] for mail in deliver()]
    assert sorted(addresses) == sorted(
        one.person.email for one in (raised.nurse, raised.leader, raised.coach)
    )


def test_who_acts_for_two_leaders_of_one_ask_gets_one_copy(raised, deliver):
    acts_for(raised, raised.leader)
    acts_for(raised, raised.second)
    actions.hand_on(by=raised.leader, escalation=raised.ask, to=raised.second)
    deliver()
    actions.comment(by=raised.nurse, escalation=raised.ask, text="Any news?")
    addresses = [mail["To"] for mail in deliver()]
    assert sorted(addresses) == sorted(
        one.person.email for one in (raised.leader, raised.second, raised.coach)
    )


def test_the_manager_hears_that_an_ask_is_theirs_no_more(place, deliver):
    manager = place.project.sponsor = member(place.network, "Mo Manager")
    place.project.save()
    for end, by in ((actions.withdraw, place.nurse), (actions.move_elsewhere, place.staff)):
        ask = actions.raise_ask(by=place.nurse, ask="A room", urgency="helping", project=place.project)
        deliver()
        end(by=by, escalation=ask, text="The estates desk has it.")
        mails = {mail["To"]: mail for mail in deliver()}
        assert "The estates desk has it." in words(mails[manager.person.email])


def test_who_acts_for_a_leader_gets_no_copy_of_what_the_leader_asks_themselves(place):
    name_delegate(
        by=place.second,
        leader=place.second,
        delegate=place.onlooker,
        power="act",
        until=timezone.localdate(),
        copies_mail=True,
    )
    own = actions.raise_ask(by=place.second, ask="A room", urgency="helping", domain="data")
    actions.acknowledge(by=place.leader, escalation=own)
    assert not Message.objects.filter(to=place.onlooker).exists()
    actions.hand_on(by=place.leader, escalation=raised_by_the_nurse(place), to=place.second)
    assert Message.objects.filter(to=place.onlooker).count() == 1


def raised_by_the_nurse(place):
    return actions.raise_ask(by=place.nurse, ask="A key", urgency="helping", domain="data")


def test_who_needs_the_same_hears_no_more_once_they_may_not_see_it(raised):
    actions.join(by=raised.colleague, escalation=raised.ask)
    raised.colleague.teams.update(left_on=timezone.localdate())
    actions.decline(by=raised.leader, escalation=raised.ask, text="No", would_change="March")
    assert not Message.objects.filter(to=raised.colleague).exists()


# --- From the e-mail to the decision ----------------------------------------------------------------------


def acts_in(mail):
    """Return the slugs of the acts that an e-mail offers."""
    return re.findall(r"escalations/E-\d+/([a-z-]+)/", mail.get_body(("plain",)).get_content())


def test_an_e_mail_offers_what_its_reader_is_likely_to_do(raised, told):
    mail = told()["leader"]
    assert acts_in(mail) == ["acknowledge", "accept", "hand-on", "decline"]
    assert "Yes, with a promise: http" in words(mail)
    assert 'E-1/accept/"' in mail.get_body(("html",)).get_content()
    actions.accept(by=raised.leader, escalation=raised.ask, what="Access", due_on=SOON)
    actions.mark_done(by=raised.leader, escalation=raised.ask)
    assert acts_in(told()["nurse"]) == ["confirm", "not-settled"]


def test_an_e_mail_about_what_waits_for_another_offers_nothing(raised, told):
    told()
    actions.hand_on(by=raised.leader, escalation=raised.ask, to=raised.second)
    mails = told()
    assert acts_in(mails["nurse"]) == []
    assert acts_in(mails["second"]) == ["acknowledge", "accept", "hand-on", "decline"]


@pytest.mark.parametrize(
    ("power", "acts"),
    [
        ("read", []),
        ("act", ["acknowledge", "hand-on"]),
        ("decide", ["acknowledge", "accept", "hand-on", "decline"]),
    ],
)
def test_a_copy_offers_only_what_who_acts_for_the_leader_may_do(place, told, client, power, acts):
    acts_for(place, place.leader, power)
    ask = raised_by_the_nurse(place)
    mails = told()
    assert acts_in(mails["coach"]) == acts
    assert acts_in(mails["leader"]) == ["acknowledge", "accept", "hand-on", "decline"]
    assert mails["coach"]["Subject"] == "For Dr Meera Patel: E-1 waits for you: A key"
    client.force_login(place.coach.person)
    for act in acts:
        assert client.get(f"{ask.get_absolute_url()}{act}/").status_code == 200


def test_a_copy_about_a_business_case_lets_answer_only_who_decides_for_the_leader(place, told):
    for power, acts in (("act", []), ("decide", ["voice"] * 3)):
        acts_for(place, place.leader, power)
        case = actions.draft_case(by=place.nurse, project=place.project, title="A pharmacist", problem="None")
        actions.put_case(by=place.nurse, case=case, lead=place.leader, urgency="helping")
        mails = told()
        assert acts_in(mails["leader"]) == ["voice"] * 3
        assert acts_in(mails["coach"]) == acts


def test_an_e_mail_about_a_business_case_leads_to_the_form_with_the_answer_chosen(place, told, client):
    case = actions.draft_case(by=place.nurse, project=place.project, title="A pharmacist", problem="None")
    ask = actions.put_case(by=place.nurse, case=case, lead=place.leader, urgency="helping")
    text = words(told()["leader"])
    client.force_login(place.leader.person)
    for answer, label in (("yes", "Yes"), ("yes_if", "Yes, if"), ("no", "Not possible now")):
        link = f"{ask.get_absolute_url()}voice/?answer={answer}"
        assert f"{label}: http" in text
        assert link in text
        form = client.get(link).context["form"]
        assert form["answer"].value() == answer
    # Looking changes nothing, and a link that was mistyped chooses nothing.
    assert not ask.voices.exclude(answer="").exists()
    assert "checked" not in str(
        client.get(f"{ask.get_absolute_url()}voice/?answer=perhaps").context["form"]["answer"]
    )


def test_nobody_is_asked_to_agree_to_a_story_for_somebody_else(place, told):
    acts_for(place, place.leader)
    ask = raised_by_the_nurse(place)
    actions.accept(by=place.leader, escalation=ask, what="A key", due_on=SOON)
    actions.mark_done(by=place.leader, escalation=ask)
    actions.confirm(by=place.nurse, escalation=ask)
    told()
    tell_story(by=place.nurse, escalation=ask, text="There is a key.")
    assert set(told()) == {"leader"}


def test_the_link_of_an_act_leads_past_the_sign_in_to_one_button_and_does_nothing_itself(
    raised, told, client
):
    [address] = re.findall(r"http\S+(/larkton/escalations/E-1/acknowledge/)", str(words(told()["leader"])))
    response = client.get(address, follow=True)
    where, _ = response.redirect_chain[-1]
    assert "/accounts/login/" in where
    sent = {"login": raised.leader.person.email, "password": PASSWORD}
    landed = client.post(where, sent, follow=True)
    assert landed.redirect_chain[-1][0] == address
    assert "Say that you are looking at it</button>" in landed.content.decode()
    raised.ask.refresh_from_db()
    assert (raised.ask.state, raised.ask.version) == ("raised", 1)
    client.post(address, {"seen": 1})
    raised.ask.refresh_from_db()
    assert raised.ask.state == "acknowledged"
