from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "iocn.records"
    verbose_name = "Redaction, retention and disclosure"

    def ready(self) -> None:
        """Say what is held here about people."""
        from iocn.records.privacy import declare_tables

        declare_tables()
