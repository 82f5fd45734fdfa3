"""Files on asks: taken away again, and found by what they say."""

import io
import zipfile

import pytest
from django.core.exceptions import PermissionDenied

from iocn.records.redaction import find, fingerprint, redact_words
from iocn.shared.words import Words
from programmes.escalations import actions
from programmes.escalations.files import MOST_READ, Checked, words_of
from programmes.escalations.models import Attachment, Escalation
from programmes.escalations.states import Move

NAME = "Mabel Thistlewood"


def office(part, text):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        parts.writestr(part, text)
    return made.getvalue()


def attach(place, name="letter.txt", kind="txt", content=b"A letter.", by="nurse"):
    file = Checked(name, kind, content)
    actions.attach(by=getattr(place, by), escalation=place.ask, file=file)
    return Attachment.objects.latest("pk")


def timeline(client, place):
    return " ".join(client.get(place.ask.get_absolute_url()).content.decode().split())


@pytest.mark.parametrize("who", ["nurse", "staff"])
def test_who_attached_a_file_or_staff_remove_it_and_the_ask_says_that_it_was_there(raised, signed_in, who):
    file = attach(raised)
    client = signed_in(getattr(raised, who))
    path = f"/larkton/escalations/E-1/files/{file.pk}/remove/"
    assert path in timeline(client, raised)
    assert "Remove “letter.txt”?" in client.get(path).content.decode()
    assert Attachment.objects.exists()
    response = client.post(path, {"text": "It names a colleague."}, follow=True)
    text = " ".join(response.content.decode().split())
    for part in ("“letter.txt” is removed.", "attached a file", "removed what must not be here"):
        assert part in text
    assert "The file “letter.txt”." in text
    assert "It names a colleague." in text
    assert not Attachment.objects.exists()
    assert client.get(f"/larkton/escalations/E-1/files/{file.pk}/").status_code == 404


def test_others_who_see_the_ask_are_told_who_may_and_strangers_find_nothing(raised, signed_in):
    file = attach(raised)
    path = f"/larkton/escalations/E-1/files/{file.pk}/remove/"
    for reader in (raised.colleague, raised.leader):
        client = signed_in(reader)
        assert path not in timeline(client, raised)
        response = client.post(path, {"text": ""})
        assert response.status_code == 403
        assert "Jo Bright, who attached it, or network staff" in response.content.decode()
        with pytest.raises(PermissionDenied):
            actions.remove_file(by=reader, attachment=file)
    assert signed_in(raised.onlooker).post(path, {}).status_code == 404
    assert Attachment.objects.exists()


def test_removed_twice_is_removed_once_and_also_from_a_closed_ask(raised):
    file = attach(raised)
    actions.withdraw(by=raised.nurse, escalation=raised.ask)
    for _ in range(2):
        actions.remove_file(by=raised.nurse, attachment=file)
    ask = Escalation.objects.get()
    assert ask.events.filter(move=Move.REDACT).count() == 1
    assert (ask.state, ask.next_due_at) == ("withdrawn", None)


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("letter.txt", "txt", f"Dear {NAME},".encode()),
        ("list.csv", "csv", f"bed,name\n4,{NAME}\n".encode()),
        (
            "letter.docx",
            "docx",
            office(
                "word/document.xml",
                "<w:p><w:r><w:t>Dear Mab</w:t></w:r><w:r><w:t>el Thistlewood</w:t></w:r></w:p>",
            ),
        ),
        ("list.xlsx", "xlsx", office("xl/sharedStrings.xml", f"<sst><si><t>{NAME}</t></si></sst>")),
        ("talk.pptx", "pptx", office("ppt/slides/slide1.xml", f"<a:p><a:r><a:t>{NAME}</a:t></a:r></a:p>")),
    ],
)
def test_words_in_a_file_take_it_away_with_them_and_the_ask_says_so(raised, name, kind, content):
    kept = attach(raised, "other.txt")
    attach(raised, name, kind, content)
    words = Words(NAME)
    places = find(raised.network, [words])
    assert [(place.label, place.thing) for place in places] == [("Files on asks", str(raised.ask))]
    redact_words(by=raised.staff, words=words, reason="A patient", seen=fingerprint(places))
    assert list(Attachment.objects.all()) == [kept]
    last = Escalation.objects.get().events.last()
    assert (last.move, last.text) == (Move.REDACT, "A patient")


def test_words_in_a_files_name_leave_the_file(raised):
    file = attach(raised, f"{NAME}.pdf", "pdf", f"%PDF- {NAME}".encode())
    words = Words(NAME)
    places = find(raised.network, [words])
    redact_words(by=raised.staff, words=words, reason="A patient", seen=fingerprint(places))
    file.refresh_from_db()
    assert file.name == "[removed].pdf"


def test_what_only_an_eye_can_read_is_not_searched():
    assert words_of("pdf", f"%PDF- {NAME}".encode()) == ""


def test_cells_and_paragraphs_do_not_run_together():
    content = office("xl/sharedStrings.xml", "<sst><si><t>Bed</t></si><si><t>Four &amp; more</t></si></sst>")
    assert words_of("xlsx", content).split() == ["Bed", "Four", "&", "more"]


def test_a_damaged_file_stops_nobody_from_removing_words(raised):
    content = bytearray(office("word/document.xml", f"<w:p>{NAME}</w:p>" * 50))
    at = content.index(b"document.xml") + 20
    content[at : at + 40] = b"x" * 40
    attach(raised, "letter.docx", "docx", bytes(content))
    assert words_of("docx", bytes(content)) == ""
    actions.comment(by=raised.nurse, escalation=raised.ask, text=f"It was {NAME}.")
    assert find(raised.network, [Words(NAME)])


def test_what_unpacks_to_more_than_anybody_wrote_is_read_in_part():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        for number in range(2):
            parts.writestr(f"word/{number}.xml", "a" * (MOST_READ - 10))
    assert len(words_of("docx", packed.getvalue())) <= MOST_READ + 2
