"""Validators that tables of several rooms use."""

from django.core.validators import RegexValidator

# Organisation Data Service codes: letters and digits, three to ten of them.
ods_code = RegexValidator(
    r"^[A-Z0-9]{3,10}$", "An ODS code is three to ten capital letters and digits, such as RR8."
)
