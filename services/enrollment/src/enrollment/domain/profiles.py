"""Profiles of grades 10–11, as data.

A sixth profile is one more `Profile` in the rule set of the cohorts for which it is valid; no code changes. See
`rulesets.RULES_2027_PLANNED`, which adds the agrotechnological one.
"""

from dataclasses import dataclass

from enrollment.domain.curriculum import (
    FOREIGN_AREA,
    LANGUAGE_AREA,
    MATHEMATICS_AREA,
    NATURAL_AREA,
    SOCIAL_AREA,
    SUBJECTS,
)


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile: what is always advanced, what is chosen beside it, and which areas count as its own or adjacent.

    `chosen` subjects are taken in their order until the plan has `advanced_min` advanced ones (two by the standard).
    """

    code: str
    title: str
    required: tuple[str, ...]
    chosen: tuple[str, ...]
    areas: frozenset[str]
    advanced_min: int = 2

    @property
    def typical(self) -> frozenset[str]:
        """Subjects that the profile itself names."""
        return frozenset(self.required + self.chosen)

    def accepts(self, subject_code: str) -> bool:
        """Whether an advanced subject counts for the profile: it names it, or the area is its own or adjacent."""
        subject = SUBJECTS.get(subject_code)
        return subject_code in self.typical or (subject is not None and subject.area in self.areas)


ALL_AREAS = frozenset({LANGUAGE_AREA, FOREIGN_AREA, MATHEMATICS_AREA, SOCIAL_AREA, NATURAL_AREA})

TECHNOLOGICAL = Profile(
    "technological",
    "Технологический",
    required=("mathematics",),
    chosen=("physics", "informatics"),
    areas=frozenset({MATHEMATICS_AREA, NATURAL_AREA}),
)
NATURAL_SCIENCE = Profile(
    "natural-science",
    "Естественно-научный",
    required=("chemistry", "biology"),
    chosen=(),
    areas=frozenset({NATURAL_AREA, MATHEMATICS_AREA}),
)
HUMANITARIAN = Profile(
    "humanitarian",
    "Гуманитарный",
    required=(),
    chosen=("literature", "foreign-language", "history", "social-studies"),
    areas=frozenset({LANGUAGE_AREA, FOREIGN_AREA, SOCIAL_AREA}),
)
SOCIO_ECONOMIC = Profile(
    "socio-economic",
    "Социально-экономический",
    required=(),
    chosen=("mathematics", "social-studies", "history", "geography"),
    areas=frozenset({MATHEMATICS_AREA, SOCIAL_AREA}),
)
UNIVERSAL = Profile(
    "universal",
    "Универсальный",
    required=(),
    chosen=("mathematics", "russian", "foreign-language", "social-studies", "history", "biology", "physics"),
    areas=ALL_AREAS,
)
PROFILES = (TECHNOLOGICAL, NATURAL_SCIENCE, HUMANITARIAN, SOCIO_ECONOMIC, UNIVERSAL)
