from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "iocn.api"
    verbose_name = "The API"

    def ready(self) -> None:
        """Say what is held here about people, and end the keys of who leaves."""
        from iocn.api.actions import revoke_keys_of
        from iocn.api.privacy import declare_tables
        from people import hooks

        declare_tables()
        hooks.membership_closing.append(revoke_keys_of)
