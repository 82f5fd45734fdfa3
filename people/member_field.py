"""One member, typed: a network has thousands, too many to choose from."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from people.models import Membership, MembershipQuerySet

SHOWN = 5


class MemberField(forms.CharField):
    """Takes a name, part of one, or a whole e-mail address; gives the one member of `rows` it means.

    The form sets `rows`, those whom its reader finds, and `now`, whom it means already.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Their name, or their whole e-mail address.")
        super().__init__(max_length=254, **kwargs)
        self.rows: MembershipQuerySet = Membership.objects.none()
        self.now: Membership | None = None

    def prepare_value(self, value: Any) -> Any:
        """Show a member by name."""
        return value.name if isinstance(value, Membership) else value

    def clean(self, value: Any) -> Any:
        """Return the member, or say that nobody or several are meant."""
        typed = " ".join(super().clean(value).split())
        if not typed:
            return None
        if self.now and typed == self.now.name:
            return self.now
        found = self._found(typed)
        if not found:
            raise ValidationError(
                f"Nobody here is called “{typed}”. Type the name as the list of members has it, or the whole"
                " e-mail address."
            )
        if len(found) > 1:
            names = "; ".join(
                f"{one.name} ({one.main_post})" if one.main_post else one.name for one in found[:SHOWN]
            )
            more = " and more" if len(found) > SHOWN else ""
            raise ValidationError(
                f"Several match “{typed}”: {names}{more}. Type the whole name, or the e-mail address."
            )
        return found[0]

    def _found(self, typed: str) -> list[Membership]:
        rows = self.rows.with_main_post().order_by("name", "pk")
        if "@" in typed:
            return list(rows.filter(person__email=typed.lower()))
        if whole := list(rows.filter(name__iexact=typed)[: SHOWN + 1]):
            return whole
        for word in typed.split()[:6]:
            rows = rows.filter(name__icontains=word)
        return list(rows[: SHOWN + 1])
