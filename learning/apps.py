from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "learning"

    def ready(self) -> None:
        """Say what is held here about people, and give the rooms below what they need from here."""
        from learning import actions, asks, privacy
        from people import hooks
        from programmes.escalations import hooks as ask_hooks

        privacy.declare_tables()
        hooks.membership_closing.append(actions.leave_cohorts)
        hooks.roles_set.append(actions.leave_cohorts_closed_to)
        ask_hooks.asked_from.append(asks.from_cohort)
