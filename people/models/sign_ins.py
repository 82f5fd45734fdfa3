"""Who signed in when, how and from where; and so where somebody is signed in now."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from people.models.members import Person


class SignInQuerySet(models.QuerySet["SignIn"]):
    def open(self) -> SignInQuerySet:
        """Return those that still let their device in."""
        sessions = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
        return self.filter(Exists(sessions), ended_at=None)


class SignIn(models.Model):
    """One time that a person signed in."""

    class Method(models.TextChoices):
        PASSWORD = "password", "Password"
        PASSKEY = "passkey", "Passkey"
        ORGANISATION = "organisation", "Their organisation’s sign-in"
        INVITATION = "invitation", "Invitation"

    class Second(models.TextChoices):
        APP = "totp", "Authenticator app"
        PASSKEY = "webauthn", "Passkey"
        RECOVERY_CODE = "recovery_codes", "Recovery code"
        NOT_ASKED = "not_asked", "Not asked: a remembered device"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField(default=timezone.now)
    method = models.CharField(max_length=20, choices=Method)
    second_factor = models.CharField("second step", max_length=20, choices=Second, blank=True)
    device = models.CharField(max_length=60, help_text="In plain words: “Chrome on Windows”.")
    address = models.GenericIPAddressField("network address", null=True, blank=True)
    # What ends it. Empty once it has ended.
    session_key = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["person", "-at"], name="sign_ins_of_person"),
            models.Index(fields=["at"], name="sign_ins_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.person} on {self.device}"
