"""A generated district: organisations, people, courses, plans, lessons and results of one half-year.

Everything is drawn from a seed and from business dates, never from the clock. Nobody in it exists: surnames come from an
invented pool, numbers of documents are made up and only their checksums are true.
"""

from embedded.demo.world.build import build_world
from embedded.demo.world.model import World

__all__ = ["World", "build_world"]
