from django.urls import path

from programmes.measures import chart_views, funnel_views, views, walls
from programmes.measures.imports import views as imports

app_name = "measures"
urlpatterns = [
    path("measures/", views.measures, name="measures"),
    path("measures/small-charts/", walls.wall, name="wall"),
    path("projects/<int:project>/small-charts/", walls.wall, name="wall_of_project"),
    path("programmes/<int:programme>/small-charts/", walls.wall, name="wall_of_programme"),
    path("organisations/<int:organisation>/small-charts/", walls.wall, name="wall_of_organisation"),
    path("projects/<int:project>/measures/add/", views.add_measure, name="add_measure"),
    path("programmes/<int:programme>/measures/add/", views.add_measure, name="add_to_programme"),
    path("organisations/<int:organisation>/measures/add/", views.add_measure, name="add_to_organisation"),
    path("measures/add/", views.add_measure, name="add_to_network"),
    path("measures/<int:measure>/", views.measure, name="measure"),
    path("measures/<int:measure>/compare/", walls.compare, name="compare"),
    path("measures/<int:measure>/funnel/", funnel_views.show, name="funnel"),
    path("measures/<int:measure>/change/", views.change_measure, name="change_measure"),
    path("measures/<int:measure>/add/", views.add_number, name="add_number"),
    path("measures/<int:measure>/numbers/<int:number>/", views.change_number, name="change_number"),
    path("measures/<int:measure>/numbers/<int:number>/remove/", views.remove_number, name="remove_number"),
    path("measures/<int:measure>/numbers/<int:number>/leave-out/", chart_views.leave_out, name="leave_out"),
    path("measures/<int:measure>/chart/", chart_views.chart, name="chart"),
    path("measures/<int:measure>/chart/<slug:what>/", chart_views.change_chart, name="change_chart"),
    path("measures/<int:measure>/template/", imports.template, name="template"),
    path("measures/<int:measure>/import/", imports.upload_file, name="import"),
    path("programmes/<int:programme>/measures/import/", imports.upload_file, name="import_to_programme"),
    path("measures/import/", imports.upload_file, name="import_to_network"),
    path("imports/<int:pk>/columns/", imports.columns, name="import_columns"),
    path("imports/<int:pk>/", imports.preview, name="import_preview"),
    path("imports/<int:pk>/progress/", imports.progress, name="import_progress"),
    path("imports/<int:pk>/discard/", imports.discard, name="import_discard"),
]
