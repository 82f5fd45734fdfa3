from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = "Networks, organisations and people"

    def ready(self) -> None:
        """Say what is held here about people, and listen for sign-ins."""
        from people import organisation_sign_in, sign_ins  # noqa: F401 - connects their receivers
        from people.privacy import declare_tables

        declare_tables()
