"""The first segment of an address is one of ours (people.models.RESERVED_SLUGS) or a network's slug."""

from django.conf import settings
from django.urls import include, path

from iocn.shared.gallery import gallery
from people.views import account

handler403 = "people.views.failing.refused"
handler404 = "people.views.failing.not_found"
handler500 = "people.views.failing.broken"

urlpatterns = [
    path("", account.start, name="start"),
    path("networks/", account.networks, name="networks"),
    path("invitations/<str:token>/", account.invitation, name="invitation"),
    path("mail/stop/<str:token>/", account.stop_mail, name="stop_mail"),
    path("accounts/", include("people.account_urls")),
    path("api/", include("iocn.api.calls")),
]

if settings.MODE != "production":
    urlpatterns += [path("gallery/", gallery)]
if settings.DEMO:
    urlpatterns += [path("outbox/", include("iocn.demo.urls"))]

urlpatterns += [
    path("<slug:network>/", include("people.urls")),
    path("<slug:network>/", include("programmes.projects.urls")),
    path("<slug:network>/", include("programmes.measures.urls")),
    path("<slug:network>/", include("iocn.api.urls")),
    path("<slug:network>/", include("programmes.escalations.urls")),
    path("<slug:network>/", include("learning.urls")),
    path("<slug:network>/", include("iocn.records.urls")),
    path("<slug:network>/", include("iocn.home.urls")),
]
