"""Every page of the app and where it is, for the tests that open or look at all of them.

A place that is made by a test stands in braces. `tests/app/test_pages.py` holds this list against all addresses.
"""

PAGES = {
    "today": "/", "start": "/start/", "customers": "/customers/", "customer": "{customer}",
    "erase": "{customer}erase/", "tasks": "/tasks/", "pulse": "/pulse/", "groups": "/groups/",
    "new_segment": "/groups/new/", "segment": "{segment}", "surveys": "/surveys/", "survey": "{survey}",
    "import": "/import/", "look": "{look}", "jobs": "/jobs/", "merges": "/merges/", "privacy": "/privacy/",
    "log": "/privacy/log/", "processing": "/privacy/processing/", "assessment": "/privacy/assessment/",
    "settings": "/settings/", "scores": "/settings/scores/", "playbook": "/settings/playbook/",
    "messages": "/settings/messages/", "members": "/settings/members/",
}  # fmt: skip
"""Of somebody who has logged in: the name of the address, and where it is."""

OPEN_PAGES = {
    "login": "/login/", "welcome": "/welcome/gone/", "join": "{join}", "answer": "{answer}",
}  # fmt: skip
"""Of somebody who has not."""

PARTS = {
    "search": "leads to the list; what was found is shown by POST",
    "build": "leads to a new group; what was built is shown by POST",
    "segment_count": "a number that the page of groups asks for",
    "set_aside": "a download",
    "new_survey": "made by POST",
}
"""Addresses that answer GET with no page of their own, and why."""
