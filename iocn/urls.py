"""The first segment of an address is one of ours (RESERVED below) or a network's slug."""

from django.conf import settings
from django.urls import include, path

from iocn.shared.gallery import gallery

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
]

if settings.MODE != "production":
    urlpatterns += [path("gallery/", gallery)]

urlpatterns += [
    path("<slug:network>/", include("people.urls")),
    path("<slug:network>/", include("programmes.projects.urls")),
    path("<slug:network>/", include("programmes.measures.urls")),
    path("<slug:network>/", include("programmes.escalations.urls")),
    path("<slug:network>/", include("iocn.home.urls")),
]
