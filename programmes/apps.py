from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = "The change work"

    def ready(self) -> None:
        """Say what is held here about people, and give the rooms below what they need from here."""
        from people import hooks
        from programmes.escalations import privacy as privacy_of_asks
        from programmes.escalations.actions import (
            leave_asks,
            renew_clocks,
            stop_leading_asks,
            tell_stand_in,
        )
        from programmes.escalations.happened import happened
        from programmes.measures import hooks as hooks_of_measures
        from programmes.measures import privacy as privacy_of_measures
        from programmes.projects import actions, permissions
        from programmes.projects import privacy as privacy_of_projects

        for room in (privacy_of_projects, privacy_of_measures, privacy_of_asks):
            room.declare_tables()
        hooks.teammates.append(permissions.teammates)
        hooks.membership_closing.append(actions.leave_teams)
        hooks.membership_closing.append(leave_asks)
        hooks.roles_set.append(actions.leave_teams_closed_to)
        hooks.leader_role_ending.append(stop_leading_asks)
        hooks.calendar_changed.append(renew_clocks)
        hooks.absence_changed.append(tell_stand_in)
        hooks_of_measures.happened.append(happened)
