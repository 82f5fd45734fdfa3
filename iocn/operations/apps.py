from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "iocn.operations"

    def ready(self) -> None:
        """Let tasks carry the id of the request that woke them."""
        from iocn.operations import logs  # noqa: F401 - it connects itself to Celery's signals
