from django.urls import path

from people.views import account, imports, members, network, organisations, sign_ins, staff_list

app_name = "people"
urlpatterns = [
    path("me/", account.me, name="me"),
    path("members/", members.members, name="members"),
    path("members/invite/", members.invite, name="invite"),
    path("members/import/", imports.upload, name="import"),
    path("members/import/<int:pk>/columns/", imports.columns, name="import_columns"),
    path("members/import/<int:pk>/", imports.preview, name="import_preview"),
    path("members/<int:pk>/", members.member, name="member"),
    path("members/<int:pk>/invite-again/", members.invite_again, name="invite_again"),
    path("members/<int:pk>/roles/", members.roles, name="roles"),
    path("members/<int:pk>/posts/add/", members.post_add, name="post_add"),
    path("members/<int:pk>/posts/<int:post_pk>/", members.post, name="post"),
    path("members/<int:pk>/remits/give/", members.remit_give, name="remit_give"),
    path("members/<int:pk>/remits/<int:remit_pk>/take/", members.remit_take, name="remit_take"),
    path("members/<int:pk>/table/", members.table_seat, name="table_seat"),
    path("members/<int:pk>/close/", members.close, name="close_member"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/add/", organisations.add, name="organisation_add"),
    path("organisations/<int:pk>/", organisations.organisation, name="organisation"),
    path("organisations/<int:pk>/change/", organisations.change, name="organisation_change"),
    path("organisations/<int:pk>/sponsor/", organisations.sponsor, name="organisation_sponsor"),
    path("organisations/<int:pk>/close/", organisations.close, name="organisation_close"),
    path("organisations/<int:pk>/without-asking/<slug:domain>/", organisations.mandate, name="mandate"),
    path("settings/", network.settings, name="network_settings"),
    path("settings/closed-days/", network.closed_days, name="closed_days"),
    path("settings/closed-days/<int:pk>/remove/", network.closed_day_remove, name="closed_day_remove"),
    path("sign-ins/", sign_ins.sign_ins, name="sign_ins"),
    path("staff-list/", staff_list.staff_list, name="staff_list"),
    path("staff-list/<int:pk>/settle/", staff_list.settle, name="settle"),
]
