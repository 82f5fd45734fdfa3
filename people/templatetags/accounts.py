"""What account pages show."""

from django import template

from people import organisation_sign_in

register = template.Library()


@register.inclusion_tag("people/organisation_sign_in.html")
def organisation_sign_in_button(then: str = "") -> dict[str, object]:
    """Show the way to the organisation's own sign-in, where there is one."""
    return {"offered": organisation_sign_in.offered(), "href": organisation_sign_in.address(then)}
