"""Invented names: surnames made of words of the North, given names that are common. Nobody is meant."""

from collections.abc import Iterator
from random import Random

from embedded.demo.world.model import Name

# each takes «а» for a woman
SURNAMES = (
    "Айсбергов", "Арктиков", "Белосугробов", "Брусничкин", "Вьюгин", "Заполярьев", "Инеев", "Капелькин", "Ледовитов",
    "Льдинкин", "Метелицын", "Моржов", "Морошкин", "Муксунов", "Наледин", "Нартов", "Нельмин", "Нерпин", "Оленюшкин",
    "Песцов", "Позёмкин", "Полярников", "Пургин", "Северянкин", "Сиянов", "Снегирёв", "Совушкин", "Торосов", "Тундров",
    "Хариусов", "Чумов", "Юколин", "Ягелев",
)  # fmt: skip
MEN = (
    "Александр", "Алексей", "Андрей", "Артём", "Виктор", "Владимир", "Дмитрий", "Егор", "Иван", "Кирилл", "Максим",
    "Михаил", "Никита", "Олег", "Павел", "Роман", "Сергей", "Тимофей",
)  # fmt: skip
WOMEN = (
    "Алина", "Анна", "Валерия", "Варвара", "Вера", "Виктория", "Дарья", "Екатерина", "Елена", "Ирина", "Ксения",
    "Мария", "Надежда", "Наталья", "Ольга", "Полина", "Софья", "Татьяна",
)  # fmt: skip
PATRONYMICS = (
    "Александров", "Алексеев", "Андреев", "Викторов", "Владимиров", "Дмитриев", "Егоров", "Иванов", "Кириллов",
    "Максимов", "Михайлов", "Олегов", "Павлов", "Романов", "Сергеев",
)  # fmt: skip


def draw_name(rng: Random, *, surname: str | None = None, is_woman: bool | None = None) -> Name:
    """A name; `surname` in its male form keeps a family together."""
    woman = rng.random() < 0.5 if is_woman is None else is_woman
    family = surname or rng.choice(SURNAMES)
    father = rng.choice(PATRONYMICS)
    if woman:
        return Name(f"{family}а", rng.choice(WOMEN), f"{father}на")
    return Name(family, rng.choice(MEN), f"{father}ич")


def different_names(rng: Random) -> Iterator[tuple[str, Name]]:
    """Male surnames of families with names, no full name twice."""
    seen: set[str] = set()
    while True:
        family = rng.choice(SURNAMES)
        name = draw_name(rng, surname=family)
        if name.full not in seen:
            seen.add(name.full)
            yield family, name
