"""Putting the world together: one seed, one world."""

from functools import lru_cache
from random import Random

from embedded.demo.world.courses import as_network_offer, make_offers
from embedded.demo.world.lessons import make_lessons, make_results
from embedded.demo.world.model import World
from embedded.demo.world.organisations import make_organisations
from embedded.demo.world.people import make_pupils, make_workers
from embedded.demo.world.resources import make_contracts, make_resources
from embedded.demo.world.school_year import SCHOOL_YEAR
from embedded.demo.world.study import make_choices


@lru_cache(maxsize=4)
def build_world(seed: int = 2026) -> World:
    """The demo network of the school year 2026/27; the same seed gives the same world to the last letter.

    Each part draws from a generator of its own, so that a change of one part leaves the others as they were.
    """
    organisations = make_organisations()
    offers = make_offers()
    network = tuple(as_network_offer(offer) for offer in offers if offer.is_lawful)
    workers = make_workers(_generator(seed, "workers"), organisations, offers)
    pupils, guardians = make_pupils(_generator(seed, "pupils"), organisations)
    choices = make_choices(_generator(seed, "choices"), pupils, offers, network)
    lessons = make_lessons(_generator(seed, "lessons"), offers, choices.requests)
    return World(
        seed=seed,
        school_year=SCHOOL_YEAR,
        organisations=organisations,
        workers=workers,
        guardians=guardians,
        pupils=pupils,
        offers=offers,
        wishes=choices.wishes,
        plans=choices.plans,
        requests=choices.requests,
        lessons=lessons,
        results=make_results(_generator(seed, "results"), offers, choices.requests, lessons),
        resources=make_resources(_generator(seed, "resources"), organisations, workers),
        contracts=make_contracts(pupils, offers, choices.requests),
        network_offers=network,
    )


def _generator(seed: int, part: str) -> Random:
    return Random(f"{seed}:{part}")  # a string seed is stable over processes and versions
