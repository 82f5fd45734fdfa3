from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "iocn.shared"
    label = "shared"
    verbose_name = "What every room uses"
