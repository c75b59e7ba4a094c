"""Server-rendered pages: the Jinja environment, the shared layout and macros, Russian formats, security headers.

`build_pages("catalog", [templates], assets)` gives `Pages`; a route answers with `pages.render(request, "list.html", …)`.
"""

from chassis.pages.navigation import MAIN_NAVIGATION, NavigationItem, Principal
from chassis.pages.rendering import Pages, build_pages
from chassis.pages.security import SecurityHeaders, content_security_policy

__all__ = [
    "MAIN_NAVIGATION",
    "NavigationItem",
    "Pages",
    "Principal",
    "SecurityHeaders",
    "build_pages",
    "content_security_policy",
]
