"""The addresses of the app."""

from django.urls import path

from regulars.app.views import about, boards, customers, imports, people, surveys, today

urlpatterns = [
    path("", today.today, name="today"),
    path("welcome/<str:token>/", people.welcome, name="welcome"),
    path("login/", people.enter, name="login"),
    path("logout/", people.leave, name="logout"),
    path("language/<str:language>/", people.speak, name="language"),
    path("start/", imports.start, name="start"),
    path("start/simulated/", imports.simulated, name="simulated"),
    path("today/<path:person>/became/", today.became, name="became"),
    path("customers/", customers.customers, name="customers"),
    path("customers/found/", customers.search, name="search"),
    path("customers/<path:person>/survey/", surveys.invite, name="invite"),
    path("customers/<path:person>/task/", about.plan, name="task"),
    path("customers/<path:person>/assign/", about.assign, name="assign"),
    path("customers/<path:person>/field/", about.set_field, name="set_field"),
    path("tasks/", about.tasks, name="tasks"),
    path("tasks/<int:task>/done/", about.do, name="task_done"),
    path("customers/<path:person>/note/", about.write, name="note"),
    path("customers/<path:person>/", customers.customer, name="customer"),
    path("pulse/", boards.pulse, name="pulse"),
    path("pulse/goal/", boards.set_goal, name="set_goal"),
    path("pulse/goal/<int:goal>/drop/", boards.drop_goal, name="drop_goal"),
    path("groups/", boards.groups, name="groups"),
    path("surveys/", surveys.listed, name="surveys"),
    path("surveys/new/", surveys.begin, name="new_survey"),
    path("surveys/<int:survey>/", surveys.one, name="survey"),
    path("surveys/<int:survey>/close/", surveys.close, name="close_survey"),
    path("answer/<str:token>/", surveys.answer, name="answer"),
    path("import/", imports.imports, name="import"),
    path("import/upload/", imports.upload, name="upload"),
    path("import/undo/", imports.undo, name="undo"),
    path("jobs/", imports.progress, name="jobs"),
    path("jobs/<int:job>/stop/", imports.stop, name="stop"),
]
