"""People of the demo network: pupils with their guardians, and those who work at the organisations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from center.domain.identifiers import complete_snils
from embedded.demo.world.model import Guardian, Name, Offer, Organisation, Pupil, Worker
from embedded.demo.world.names import different_names, draw_name
from embedded.demo.world.school_year import ROLL_DAY, SCHOOL_YEAR


@dataclass(frozen=True, slots=True)
class SchoolRoll:
    """Pupils of a school in grades 10 and 11, and where the parents of boarders live."""

    slug: str
    pupils_by_grade: tuple[int, int]
    boarder_share: float
    boarders_from: tuple[str, ...]


ROLLS = (
    SchoolRoll("tazovskaya-sosh", (44, 40), 0.04, ("Находка",)),
    SchoolRoll("tazovskaya-internat", (32, 30), 0.72, ("Находка", "Антипаюта", "Гыда", "Тибей-Сале", "Юрибей")),
    SchoolRoll("gaz-sale-sosh", (18, 16), 0.03, ("Тазовский",)),
    SchoolRoll("antipayuta-internat", (17, 15), 0.5, ("Тадебя-Яха", "Халмер-Яха")),
    SchoolRoll("gyda-internat", (15, 13), 0.5, ("Юрибей", "Мессо-Яха")),
)
TUTORS_OF_CENTRE = 2


def make_workers(rng: Random, organisations: Sequence[Organisation], offers: Sequence[Offer]) -> tuple[Worker, ...]:
    """Everybody who works: two of the centre's tutors and one at each school, coordinators, accountants, teachers."""
    names = (name for _, name in different_names(rng))
    return (*_staff(names, organisations), *_teachers(names, offers))


def _staff(names: Iterator[Name], organisations: Sequence[Organisation]) -> Iterator[Worker]:
    def worker(key: str, role: str, slug: str, post: str) -> Worker:
        return Worker(key, role, slug, next(names), f"{key}@{slug}.example", post)

    centre = "department"
    yield worker("head", "head", centre, "Руководитель логистического центра")
    yield worker("operator", "operator", centre, "Сетевой менеджер")
    yield worker("department", "department", centre, "Начальник отдела общего образования")
    for number in range(1, TUTORS_OF_CENTRE + 1):
        yield worker(f"tutor-centre-{number}", "tutor", centre, "Тьютор логистического центра")
    for organisation in organisations:
        slug = organisation.slug
        if "base" in organisation.network_roles:
            yield worker(f"tutor-{slug}", "tutor", slug, "Тьютор школы")
            yield worker(f"coordinator-{slug}", "coordinator", slug, "Заместитель директора")
        elif slug != centre:
            yield worker(f"coordinator-{slug}", "coordinator", slug, "Координатор сетевой формы")
        yield worker(f"accountant-{slug}", "accountant", slug, "Бухгалтер")


def _teachers(names: Iterator[Name], offers: Sequence[Offer]) -> Iterator[Worker]:
    seen: set[str] = set()
    for offer in offers:
        if offer.teacher_key is not None and offer.teacher_key not in seen:
            seen.add(offer.teacher_key)
            key, slug = offer.teacher_key, offer.organisation_slug
            post = "Учитель" if offer.level == "advanced" else "Педагог"
            yield Worker(key, "teacher", slug, next(names), f"{key}@{slug}.example", post, offer.subject_code)


def make_pupils(rng: Random, organisations: Sequence[Organisation]) -> tuple[tuple[Pupil, ...], tuple[Guardian, ...]]:
    """All pupils of grades 10–11 with one guardian each, in the order of schools and grades."""
    settlements = {organisation.slug: organisation.settlement for organisation in organisations}
    names = different_names(rng)
    pupils: list[Pupil] = []
    guardians: list[Guardian] = []
    for roll in ROLLS:
        for grade, count in zip((10, 11), roll.pupils_by_grade, strict=True):
            for place in range(count):
                number = len(pupils) + 1
                family, name = next(names)
                pupil = _pupil(rng, roll, settlements[roll.slug], grade, place, number, name)
                pupils.append(pupil)
                parent = draw_name(rng, surname=family)
                guardians.append(
                    Guardian(pupil.guardian_key, pupil.key, parent, f"{pupil.guardian_key}@families.example")
                )
    return tuple(pupils), tuple(guardians)


def _pupil(rng: Random, roll: SchoolRoll, settlement: str, grade: int, place: int, number: int, name: Name) -> Pupil:
    key = f"pupil-{number:03d}"
    is_boarder = rng.random() < roll.boarder_share
    # two in three are led by the school's tutor, the others by the two tutors of the centre
    tutor = f"tutor-centre-{number % 2 + 1}" if number % 3 == 0 else f"tutor-{roll.slug}"
    return Pupil(
        key=key,
        name=name,
        email=f"{key}@{roll.slug}.example",
        school_slug=roll.slug,
        grade=grade,
        class_letter="АБВ"[place // 22],
        cohort_year=SCHOOL_YEAR - (grade - 10),
        enrolled_on=date(SCHOOL_YEAR - (grade - 10), 9, 1),
        born_on=date(SCHOOL_YEAR - grade - 6, 1, 15) + timedelta(days=rng.randrange(330)),
        residence=rng.choice(roll.boarders_from) if is_boarder else settlement,
        lives_in=settlement,
        snils=complete_snils(f"{900_000_000 + number * 137:09d}"),
        guardian_key=f"guardian-{number:03d}",
        tutor_key=tutor,
        consent_given_on=None if number % 27 == 5 else ROLL_DAY - timedelta(days=rng.randrange(1, 20)),
    )
