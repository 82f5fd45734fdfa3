from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = "Networks, organisations and people"

    def ready(self) -> None:
        """Say what is held here about people."""
        from people.privacy import declare_tables

        declare_tables()
