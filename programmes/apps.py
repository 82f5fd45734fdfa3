from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = "The change work"

    def ready(self) -> None:
        """Give the rooms below what they need from here."""
        from people import hooks
        from programmes.escalations.actions import leave_asks, stop_leading_asks
        from programmes.projects import actions, permissions

        hooks.teammates.append(permissions.teammates)
        hooks.membership_closing.append(actions.leave_teams)
        hooks.membership_closing.append(leave_asks)
        hooks.roles_set.append(actions.leave_teams_closed_to)
        hooks.leader_role_ending.append(stop_leading_asks)
