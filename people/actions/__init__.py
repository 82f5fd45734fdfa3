"""Everything that writes in this room. Each action is atomic and writes its history row.

`by` is the membership that acts, or None for an operator's command. An action that cannot be done now raises
ValidationError with a sentence for the person.
"""

from people.actions.account import change_own_settings, stop_mail, take_mail_again
from people.actions.calendar import add_closed_day, remove_closed_day
from people.actions.imports import PlanChanged, import_members, keep_upload
from people.actions.members import (
    Invite,
    accept_invitation,
    close_membership,
    invite_many,
    invite_member,
    join,
    send_invitation_again,
    set_at_table,
    set_roles,
)
from people.actions.organisations import (
    add_organisation,
    add_organisations,
    change_network,
    change_organisation,
    close_organisation,
    create_network,
    set_executive_sponsor,
    set_mandate,
)
from people.actions.posts import add_post, change_post, end_post, give_remit, take_remit
from people.actions.sign_ins import (
    deactivate_person,
    end_sign_ins,
    note_sign_in,
    reactivate_person,
    remove_second_factors,
    unlink_organisation_sign_in,
)
from people.actions.staff_list import add_staff_task, settle_staff_task
from people.actions.standing_in import (
    begin_absences,
    end_absence,
    end_delegate,
    name_delegate,
    set_absence,
)

__all__ = [
    "Invite",
    "PlanChanged",
    "accept_invitation",
    "add_closed_day",
    "add_organisation",
    "add_organisations",
    "add_post",
    "add_staff_task",
    "begin_absences",
    "change_network",
    "change_organisation",
    "change_own_settings",
    "change_post",
    "close_membership",
    "close_organisation",
    "create_network",
    "deactivate_person",
    "end_absence",
    "end_delegate",
    "end_post",
    "end_sign_ins",
    "give_remit",
    "import_members",
    "invite_many",
    "invite_member",
    "join",
    "keep_upload",
    "name_delegate",
    "note_sign_in",
    "reactivate_person",
    "remove_closed_day",
    "remove_second_factors",
    "send_invitation_again",
    "set_absence",
    "set_at_table",
    "set_executive_sponsor",
    "set_mandate",
    "set_roles",
    "settle_staff_task",
    "stop_mail",
    "take_mail_again",
    "take_remit",
    "unlink_organisation_sign_in",
]
