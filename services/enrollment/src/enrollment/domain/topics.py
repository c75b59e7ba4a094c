"""What a pupil may wish to learn: subjects, directions of additional education, and topics that nobody may offer yet.

Events name a topic by its code, so that no free text of a pupil leaves the service.
"""

from enrollment.domain.curriculum import SUBJECTS

DIRECTIONS = {
    "technical": "Техническая направленность",
    "natural-science": "Естественно-научная направленность",
    "arts": "Художественная направленность",
    "sport": "Физкультурно-спортивная направленность",
    "tourism": "Туристско-краеведческая направленность",
    "social": "Социально-гуманитарная направленность",
}
OTHER_TOPICS = {
    "oil-and-gas": "Нефтегазовое дело",
    "arctic-medicine": "Арктическая медицина",
    "psychology": "Психология",
    "pedagogy": "Педагогика",
    "chinese-language": "Китайский язык",
    "reindeer-husbandry": "Оленеводство",
    "programming": "Программирование",
    "artificial-intelligence": "Искусственный интеллект",
    "robotics": "Робототехника",
    "drones": "Беспилотные аппараты",
    "law": "Право",
    "economics": "Экономика и предпринимательство",
    "design": "Дизайн и архитектура",
    "journalism": "Журналистика",
    "aviation": "Авиация",
    "construction": "Строительство",
    "energy": "Энергетика",
    "ecology": "Экология Арктики",
    "astronomy": "Астрономия",
    "military": "Военное дело",
}
TOPICS = {**{code: subject.title for code, subject in SUBJECTS.items()}, **DIRECTIONS, **OTHER_TOPICS}


def topic_title(code: str) -> str:
    """The Russian title of a topic; an unknown code is its own title."""
    return TOPICS.get(code, code)
