"""Ways between settlements, as data: whether a pupil can study there day by day, and how long the way takes.

The district has few roads: a helicopter flies in good weather only, a winter road lies from December to April. Study
that is on site every week therefore needs a link that holds in every season of the school year.
"""

from dataclasses import dataclass
from enum import StrEnum


class TravelMode(StrEnum):
    """How one travels."""

    ROAD = "road"
    WINTER_ROAD = "winter_road"
    HELICOPTER = "helicopter"
    BOAT = "boat"


class Season(StrEnum):
    """Seasons of travel, not of the calendar."""

    AUTUMN = "autumn"  # September to November: no ice road yet
    WINTER = "winter"  # December to April
    SPRING = "spring"  # May: floods


MODE_TITLES = {
    TravelMode.ROAD: "по дороге",
    TravelMode.WINTER_ROAD: "по зимнику",
    TravelMode.HELICOPTER: "вертолётом",
    TravelMode.BOAT: "водой",
}
ALL_SEASONS = frozenset(Season)
LOCAL_MINUTES = 15
DAILY_MINUTES_MAX = 60


@dataclass(frozen=True, slots=True)
class Link:
    """A way between two settlements, the same in both directions; `minutes` one way, door to door."""

    settlements: frozenset[str]
    mode: TravelMode
    minutes: int
    seasons: frozenset[Season] = ALL_SEASONS


def link(first: str, second: str, mode: TravelMode, minutes: int, *seasons: Season) -> Link:
    """A link; without seasons it holds all the school year."""
    return Link(frozenset({first, second}), mode, minutes, frozenset(seasons) or ALL_SEASONS)


@dataclass(frozen=True, slots=True)
class TravelMatrix:
    """All links of a district and the limits of a daily way."""

    links: tuple[Link, ...]
    local_minutes: int = LOCAL_MINUTES
    daily_minutes_max: int = DAILY_MINUTES_MAX

    def links_between(self, first: str, second: str) -> tuple[Link, ...]:
        """Every way between two settlements, the fastest first."""
        pair = frozenset({first, second})
        return tuple(sorted((item for item in self.links if item.settlements == pair), key=lambda item: item.minutes))

    def daily_minutes(self, first: str, second: str) -> int | None:
        """Minutes of a way that can be gone every study day of the year, or None."""
        if first == second:
            return self.local_minutes
        ways = (
            item.minutes
            for item in self.links_between(first, second)
            if item.mode is TravelMode.ROAD and item.seasons == ALL_SEASONS and item.minutes <= self.daily_minutes_max
        )
        return next(ways, None)

    def explain(self, first: str, second: str) -> str:
        """Why, in words: the ways that exist and their minutes."""
        if first == second:
            return f"в пределах посёлка {self.local_minutes} мин"
        ways = self.links_between(first, second)
        if not ways:
            return "прямого пути нет"
        return ", ".join(f"{MODE_TITLES[way.mode]} {way.minutes} мин" for way in ways)


TAZOVSKY_DISTRICT = TravelMatrix(
    (
        link("Тазовский", "Газ-Сале", TravelMode.ROAD, 40),  # 34 km
        link("Тазовский", "Находка", TravelMode.HELICOPTER, 30),  # 57 km, no land link
        link("Тазовский", "Находка", TravelMode.WINTER_ROAD, 120, Season.WINTER),
        link("Тазовский", "Антипаюта", TravelMode.HELICOPTER, 120),
        link("Тазовский", "Антипаюта", TravelMode.WINTER_ROAD, 480, Season.WINTER),
        link("Тазовский", "Гыда", TravelMode.HELICOPTER, 180),  # 380 km
        link("Тазовский", "Новый Уренгой", TravelMode.ROAD, 270),
        link("Газ-Сале", "Новый Уренгой", TravelMode.ROAD, 240),
        link("Антипаюта", "Гыда", TravelMode.HELICOPTER, 90),
    )
)
