"""The addresses of the app."""

from django.urls import path

from regulars.app.views import boards, customers, imports, people, today

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
    path("customers/<path:person>/note/", customers.write, name="note"),
    path("customers/<path:person>/", customers.customer, name="customer"),
    path("pulse/", boards.pulse, name="pulse"),
    path("groups/", boards.groups, name="groups"),
    path("import/", imports.imports, name="import"),
    path("import/upload/", imports.upload, name="upload"),
    path("import/undo/", imports.undo, name="undo"),
    path("jobs/", imports.progress, name="jobs"),
    path("jobs/<int:job>/stop/", imports.stop, name="stop"),
]
