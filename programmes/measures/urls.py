from django.urls import path

from programmes.measures import imports_views, views

app_name = "measures"
urlpatterns = [
    path("measures/", views.measures, name="measures"),
    path("projects/<int:project>/measures/add/", views.add_measure, name="add_measure"),
    path("programmes/<int:programme>/measures/add/", views.add_measure, name="add_to_programme"),
    path("organisations/<int:organisation>/measures/add/", views.add_measure, name="add_to_organisation"),
    path("measures/add/", views.add_measure, name="add_to_network"),
    path("measures/<int:measure>/", views.measure, name="measure"),
    path("measures/<int:measure>/change/", views.change_measure, name="change_measure"),
    path("measures/<int:measure>/add/", views.add_number, name="add_number"),
    path("measures/<int:measure>/numbers/<int:number>/", views.change_number, name="change_number"),
    path("measures/<int:measure>/import/", imports_views.upload_file, name="import"),
    path("measures/<int:measure>/import/<int:upload>/columns/", imports_views.columns, name="import_columns"),
    path("measures/<int:measure>/import/<int:upload>/", imports_views.preview, name="import_preview"),
    path("measures/<int:measure>/import/<int:upload>/discard/", imports_views.discard, name="import_discard"),
]
