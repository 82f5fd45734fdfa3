"""What the demonstration adds to pages of the product; nothing in production."""

from django import template
from django.conf import settings

register = template.Library()


@register.inclusion_tag("demo/sign_ins.html")
def sign_ins() -> dict[str, object]:
    """Show who can sign in, and the password that all of them share."""
    if not settings.DEMO:
        return {}
    from iocn.demo import seed

    return {"sign_ins": seed.SIGN_INS, "password": seed.PASSWORD}
