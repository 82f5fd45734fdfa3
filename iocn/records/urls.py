from django.urls import path

from iocn.records.views import disclosure, leavers, redaction, schedule

app_name = "records"
urlpatterns = [
    path("records/", schedule.records, name="records"),
    path("records/periods/", schedule.periods, name="periods"),
    path("records/holds/", schedule.holds, name="holds"),
    path("records/hold/", schedule.hold, name="hold"),
    path("records/holds/<int:pk>/end/", schedule.hold_end, name="hold_end"),
    path("records/disposals/", schedule.disposals, name="disposals"),
    path("records/redactions/", redaction.redactions, name="redactions"),
    path("records/redact/", redaction.redact, name="redact"),
    path("records/redact/members/<int:pk>/", leavers.redact_member, name="redact_member"),
    path("records/export/members/<int:pk>/", disclosure.member, name="export_member"),
    path("records/export/organisations/<int:pk>/", disclosure.organisation, name="export_organisation"),
    path("me/data/", disclosure.own, name="own"),
]
