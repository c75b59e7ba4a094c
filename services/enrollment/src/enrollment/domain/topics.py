"""Topics that a pupil may wish for, as data: also what nobody in the network offers yet.

A wish carries the code alone, never words of a pupil: wishes are counted, and the replenishment plan is drawn from them.
"""

from dataclasses import dataclass

from enrollment.domain.curriculum import SUBJECTS


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing to wish for; `resource` says what is usually missing when nobody offers it."""

    code: str
    title: str
    resource: str = "teacher"


SUBJECT_TOPICS = tuple(Topic(subject.code, f"{subject.title}: углублённо") for subject in SUBJECTS.values())
COURSE_TOPICS = (
    Topic("oil-and-gas", "Нефтегазовое дело", "partner"),
    Topic("arctic-medicine", "Арктическая медицина", "partner"),
    Topic("robotics", "Робототехника", "equipment"),
    Topic("drones", "Беспилотные аппараты", "equipment"),
    Topic("programming", "Программирование"),
    Topic("reindeer-husbandry", "Оленеводство и биотехнологии тундры", "partner"),
    Topic("architecture", "Архитектура и дизайн"),
    Topic("journalism", "Медиа и журналистика"),
    Topic("psychology", "Психология"),
    Topic("law", "Право и государственная служба"),
    Topic("entrepreneurship", "Предпринимательство"),
    Topic("chinese-language", "Китайский язык"),
    Topic("nenets-language", "Ненецкий язык и культура"),
    Topic("power-engineering", "Энергетика Севера", "partner"),
    Topic("pedagogy", "Педагогический класс"),
    Topic("sport-instructor", "Спортивный инструктор", "place"),
)
TOPICS = {topic.code: topic for topic in (*SUBJECT_TOPICS, *COURSE_TOPICS)}
