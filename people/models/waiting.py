"""What waits: for staff to settle, for a worker to send, for somebody to confirm."""

from __future__ import annotations

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from people.models.members import Membership
from people.models.places import Domain, Network


class StaffTask(models.Model):
    """Something that waits for staff: what a person who left had in hand, or a gap that they alone can close."""

    class Kind(models.TextChoices):
        ASK = "ask", "Ask"
        PROMISE = "promise", "Promise"
        REMIT = "remit", "Remit"
        SPONSOR = "sponsor", "Executive sponsor"
        PROJECT = "project", "Project"
        TEAM = "team", "Sponsor of a project"
        COHORT = "cohort", "Cohort"
        MESSAGE = "message", "E-mail that could not be sent"
        MEMBER = "member", "Member"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="staff_tasks")
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.CharField(max_length=300)
    # Of the remit that is free; the subject is its organisation.
    domain = models.CharField(max_length=20, choices=Domain, blank=True)
    left_by = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="+")
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="staff_task_settled_at_and_by",
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind", "domain"],
                condition=Q(settled_at=None),
                name="one_open_staff_task_per_thing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["network", "created_at"], condition=Q(settled_at=None), name="open_staff_tasks"
            )
        ]

    def __str__(self) -> str:
        return self.text


class Message(models.Model):
    """An e-mail to one person, written in the transaction of what caused it and sent by a worker.

    A message that the mail server may have taken before a worker died is `unsure` and not sent again.
    """

    class State(models.TextChoices):
        DUE = "due", "Waiting to be sent"
        CLAIMED = "claimed", "Taken by a worker"
        SENDING = "sending", "Being handed to the mail server"
        SENT = "sent", "Sent"
        UNSURE = "unsure", "Perhaps sent"
        FAILED = "failed", "Could not be sent"
        DROPPED = "dropped", "Not sent: the person left or stopped such e-mail"

    class Kind(models.TextChoices):
        ACCOUNT = "account", "About the account"
        INVITATION = "invitation", "Invitation"
        ASK = "ask", "About an ask"
        DIGEST = "digest", "Your update"
        NUMBER = "number", "About numbers that are due"
        CONCERN = "concern", "About concerns in measures that were handed over"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, null=True, related_name="+")
    # Empty for mail about an account, which goes to `address`.
    to = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="messages")
    address = models.EmailField(blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    # Names what caused it, such as "escalation-event:17": the same cause never writes to a person twice.
    cause = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    due_at = models.DateTimeField(default=timezone.now)
    state_at = models.DateTimeField(default=timezone.now)
    claim = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["to", "cause"], condition=Q(to__isnull=False), name="message_once_per_cause"
            ),
            models.UniqueConstraint(
                fields=["address", "cause"],
                condition=Q(to__isnull=True),
                name="account_message_once_per_cause",
            ),
            models.CheckConstraint(
                condition=Q(to__isnull=False, address="") | (Q(to__isnull=True) & ~Q(address="")),
                name="message_to_a_member_or_an_address",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="due"), name="messages_due"),
            models.Index(
                fields=["state_at"], condition=Q(state__in=["claimed", "sending"]), name="messages_in_hand"
            ),
            models.Index(fields=["claim"], condition=Q(claim__isnull=False), name="messages_by_claim"),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        """The page of the member to whom it went: where staff put an address right."""
        return reverse("people:member", args=[self.network.slug, self.to_id])  # type: ignore[union-attr]


class Upload(models.Model):
    """A file that somebody brought and has not confirmed yet. It goes when applied, discarded, or a day old."""

    class Kind(models.TextChoices):
        MEMBERS = "members", "Members"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="uploads")
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    # Which heading of the file is which of our columns, and further choices: {"email": "Mail", ...}.
    columns = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="uploads_by_age")]

    def __str__(self) -> str:
        return self.name
