from django.urls import path

from iocn.records.views import redaction

app_name = "records"
urlpatterns = [
    path("records/redactions/", redaction.redactions, name="redactions"),
    path("records/redact/", redaction.redact, name="redact"),
]
