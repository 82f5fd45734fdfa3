"""A person's own account: our overview, and those of allauth's pages that we offer. Not signing up, nor other
addresses: people join by invitation, with the address it went to."""

from allauth.account import views
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, re_path

from people.views import organisation_sign_in, security

urlpatterns = [
    path("", security.overview, name="account"),
    path("login/", views.login, name="account_login"),
    path("login/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("login/second-step/", second_factor.authenticate, name="mfa_authenticate"),
    path("login/remember/", second_factor.trust, name="mfa_trust"),
    path("organisation/cancelled/", organisation_sign_in.cancelled, name="socialaccount_login_cancelled"),
    path("organisation/<slug:provider_id>/login/", organisation_sign_in.login, name="openid_connect_login"),
    path(
        "organisation/<slug:provider_id>/login/callback/",
        organisation_sign_in.callback,
        name="openid_connect_callback",
    ),
    path("sign-ins/<int:pk>/end/", security.end_sign_in, name="end_sign_in"),
    path("sign-ins/end-others/", security.end_other_sign_ins, name="end_other_sign_ins"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    # Before something that matters is changed.
    path("confirm/", views.reauthenticate, name="account_reauthenticate"),
    path("confirm/second-step/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("confirm/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # allauth comes back to these two after a change; what they would list is in the overview.
    path("second-step/", security.to_overview, name="mfa_index"),
    path("second-step/passkeys/", security.to_overview, name="mfa_list_webauthn"),
    path("second-step/app/add/", app.activate_totp, name="mfa_activate_totp"),
    path("second-step/app/remove/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-step/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("second-step/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("second-step/passkeys/<int:pk>/rename/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("second-step/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-step/recovery-codes/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-step/recovery-codes/download/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]
