"""The audit of resources and the contracts of the demo network."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from random import Random

from embedded.demo.world.model import Contract, Offer, Organisation, Pupil, Resource, SeatRequest, Worker

SIGNED_ON = date(2026, 9, 9)
ROOMS = {
    "base": (("Кабинет физики", 24), ("Кабинет химии", 20), ("Компьютерный класс", 12), ("Спортивный зал", 40)),
    "participant": (("Учебный кабинет", 15), ("Мастерская", 12)),
    "resource_holder": (("Зал для занятий", 20),),
}
EQUIPMENT = {
    "base": (("Комплект «Точка роста»", 1), ("Ноутбук", 15), ("Документ-камера", 2)),
    "participant": (("Набор для робототехники", 6), ("Ноутбук", 8)),
    "resource_holder": (("Тренажёр", 4),),
}


def make_resources(
    rng: Random, organisations: Sequence[Organisation], workers: Sequence[Worker]
) -> tuple[Resource, ...]:
    """What each organisation declares: teachers, rooms, equipment and the money for the network form."""
    return tuple(line for organisation in organisations for line in _lines(rng, organisation, workers))


def _lines(rng: Random, organisation: Organisation, workers: Sequence[Worker]) -> Iterator[Resource]:
    slug = organisation.slug
    role = next((role for role in ROOMS if role in organisation.network_roles), None)
    if role is None:
        return
    teachers = sum(worker.organisation_slug == slug and worker.role == "teacher" for worker in workers)
    yield Resource(slug, "staff", "Педагоги сетевых курсов", max(teachers, 1))
    for title, quantity in ROOMS[role]:
        yield Resource(slug, "room", title, quantity)
    for title, quantity in EQUIPMENT[role]:
        yield Resource(slug, "equipment", title, quantity + rng.randrange(3))
    yield Resource(slug, "finance", "Средства на сетевую форму", 1, rng.randrange(80, 400) * 100_000)


def make_contracts(
    pupils: Sequence[Pupil], offers: Sequence[Offer], requests: Sequence[SeatRequest]
) -> tuple[Contract, ...]:
    """One contract for each home school and host whose courses its pupils attend."""
    schools = {pupil.key: pupil.school_slug for pupil in pupils}
    hosts = {offer.key: offer.organisation_slug for offer in offers}
    attending: dict[tuple[str, str], list[SeatRequest]] = defaultdict(list)
    for request in requests:
        if request.attends_from is not None:
            attending[schools[request.pupil_key], hosts[request.offer_key]].append(request)
    return tuple(
        Contract(
            number=f"СФ-2026/{number:02d}",
            signed_on=SIGNED_ON,
            home_slug=home,
            host_slug=host,
            offer_keys=tuple(sorted({request.offer_key for request in attending[home, host]})),
            pupil_keys=tuple(sorted({request.pupil_key for request in attending[home, host]})),
        )
        for number, (home, host) in enumerate(sorted(attending), start=1)
    )
