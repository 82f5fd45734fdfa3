from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "iocn.shared"
    label = "shared"
    verbose_name = "What every room uses"

    def ready(self) -> None:
        """Watch who signs in: what another person typed in the browser is thrown away."""
        from django.contrib.auth.signals import user_logged_in

        from iocn.shared.sending import throw_away_of_others

        user_logged_in.connect(throw_away_of_others, dispatch_uid="throw away what others typed")
