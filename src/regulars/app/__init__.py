"""App: how do I ask on a page, with others, over time?

Keeps what the library does not remember: who people are (under keys of their own), notes, tasks, consents, users and
jobs, in the folder of one shop; hands the library its records and shows the results it publishes. Django and
everything it needs come with the extra `app`; no room below imports this one.
"""

from regulars.app._serving import AppMissing, AppUnready, MemberUnknown, password_link, rotate_keys, serve
from regulars.app._shop import Shop, ShopUnusable

__all__ = ["AppMissing", "AppUnready", "MemberUnknown", "Shop", "ShopUnusable", "password_link", "rotate_keys", "serve"]
