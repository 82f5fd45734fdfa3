from django.urls import path

from learning.views import attendance, cohorts, files, people, sessions

app_name = "learning"
urlpatterns = [
    path("learning/", cohorts.cohorts, name="cohorts"),
    path("learning/new/", cohorts.new_cohort, name="new_cohort"),
    path("learning/here/", attendance.here, name="here"),
    path("learning/<int:pk>/", cohorts.cohort, name="cohort"),
    path("learning/<int:pk>/change/", cohorts.change_cohort, name="change_cohort"),
    path("learning/<int:pk>/copy/", cohorts.copy_cohort, name="copy_cohort"),
    path("learning/<int:pk>/history/", cohorts.history, name="history"),
    path("learning/<int:pk>/sessions/", files.sessions, name="sessions_file"),
    path("learning/<int:pk>/attendance/", files.attendance, name="attendance_file"),
    path("learning/<int:pk>/people/", people.participants, name="participants"),
    path("learning/<int:pk>/people/add/", people.enrol, name="enrol"),
    path("learning/<int:pk>/people/<int:enrolment>/", people.participant, name="participant"),
    path("learning/<int:pk>/people/<int:enrolment>/leave/", people.leave, name="leave"),
    path("learning/<int:pk>/sessions/add/", sessions.add_sessions, name="add_sessions"),
    path("learning/<int:pk>/sessions/<int:session>/", sessions.change_session, name="session"),
    path("learning/<int:pk>/sessions/<int:session>/call-off/", sessions.call_off, name="call_off"),
    path("learning/<int:pk>/sessions/<int:session>/attendance/", attendance.attendance, name="attendance"),
]
