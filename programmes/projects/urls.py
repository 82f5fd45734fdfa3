from django.urls import path

from programmes.projects.views import programmes, projects, teams, tries

app_name = "projects"
urlpatterns = [
    path("programmes/", programmes.programmes, name="programmes"),
    path("programmes/new/", programmes.new_programme, name="new_programme"),
    path("programmes/<int:pk>/", programmes.programme, name="programme"),
    path("programmes/<int:pk>/change/", programmes.change_programme, name="change_programme"),
    path("projects/", projects.projects, name="projects"),
    path("projects/new/", projects.new_project, name="new_project"),
    path("projects/<int:pk>/", projects.project, name="project"),
    path("projects/<int:pk>/change/", projects.change_project, name="change_project"),
    path("projects/<int:pk>/stage/", projects.move_stage, name="move_stage"),
    path("projects/<int:pk>/history/", projects.history, name="history"),
    path("projects/<int:pk>/team/add/", teams.add_to_team, name="add_to_team"),
    path("projects/<int:pk>/team/<int:place>/", teams.team_member, name="team_member"),
    path("projects/<int:pk>/team/<int:place>/leave/", teams.leave_team, name="leave_team"),
    path("projects/<int:pk>/log/", tries.log_try, name="log_try"),
    path("projects/<int:pk>/prototypes/<int:prototype>/", tries.prototype, name="prototype"),
    path("projects/<int:pk>/tries/<int:test_cycle>/", tries.complete_try, name="complete_try"),
    path("log/", tries.log, name="log"),
]
