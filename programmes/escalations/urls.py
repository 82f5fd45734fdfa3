from django.urls import path, register_converter

from programmes.escalations import views


class ReferenceConverter:
    """An ask's reference in an address: E-42. Views get the number; either makes an address."""

    regex = "E-[0-9]{1,9}"

    def to_python(self, value: str) -> int:
        return int(value.removeprefix("E-"))

    def to_url(self, value: int | str) -> str:
        return f"E-{str(value).removeprefix('E-')}"


register_converter(ReferenceConverter, "ask_reference")

app_name = "escalations"
urlpatterns = [
    path("escalations/", views.inbox, name="inbox"),
    path("escalations/raise/", views.raise_ask, name="raise"),
    path("escalations/several/<slug:move>/", views.several, name="several"),
    path("escalations/raise/similar/", views.similar, name="similar"),
    path("escalations/routes/", views.routes, name="routes"),
    path("escalations/routes/take/", views.remit_take, name="remit_take"),
    path("escalations/leadership/", views.leadership, name="leadership"),
    path("escalations/stories/", views.stories, name="stories"),
    path("escalations/meeting/", views.meeting, name="meeting"),
    path("escalations/cases/", views.cases, name="cases"),
    path("escalations/cases/new/<int:project>/", views.new_case, name="new_case"),
    path("escalations/cases/<int:case>/", views.case, name="case"),
    path("escalations/cases/<int:case>/change/", views.change_case, name="change_case"),
    path("escalations/cases/<int:case>/put/", views.put_case, name="put_case"),
    path("escalations/times/<slug:urgency>/", views.times, name="times"),
    path("escalations/<ask_reference:number>/", views.ask, name="ask"),
    path("escalations/<ask_reference:number>/files/<int:attachment>/", views.attachment, name="attachment"),
    path(
        "escalations/<ask_reference:number>/files/<int:attachment>/remove/",
        views.attachment_remove,
        name="attachment_remove",
    ),
    path("escalations/<ask_reference:number>/story/", views.story, name="story"),
    path("escalations/<ask_reference:number>/<slug:move>/", views.act, name="act"),
]
