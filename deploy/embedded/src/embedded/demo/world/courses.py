"""The courses of the demo network, as a table: what the schools teach at the advanced level, and everybody's electives."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from embedded.demo.world.model import Offer
from embedded.demo.world.school_year import (
    ENROLMENT_CLOSES,
    ENROLMENT_OPENS,
    HALF_YEAR_END,
    SECOND_HALF_START,
    TERM_END,
    TERM_START,
)
from enrollment.domain.plan import Level, Mode, NetworkOffer
from enrollment.domain.timetable import Slot

# times of lessons after the home school's day: a double is 2 × 40 minutes with a break of 10
DOUBLE, SINGLE = ("15:10", "16:40"), ("15:10", "15:55")
LATE_DOUBLE, LATE_SINGLE = ("17:00", "18:30"), ("17:00", "17:45")
NIGHT_DOUBLE = ("19:30", "21:00")
WEEKS = {TERM_END: 34, HALF_YEAR_END: 14}
OVERSUBSCRIBED = "2026-inf-internat"
JANUARY_COURSE = "2027-inf-ege"
REFUSED_COURSE = "2026-phys-dt"

Times = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Course:
    """A row of the table; `days` are weekdays with the times above."""

    key: str
    slug: str
    title: str
    subject: str
    level: str
    hours: int
    capacity: int
    mode: str
    settlement: str
    days: tuple[tuple[int, Times], ...]
    tariff: str = "free"
    channel: str = "http"
    description: str = ""
    grades: tuple[int, ...] = (10, 11)
    starts: date = TERM_START
    ends: date = TERM_END
    language: str = "ru"


PUPIL_HOUR, COLLEGE_HOUR, GROUP_HOUR = "pupil-hour-2026", "college-hour-2026", "group-hour-2026"
SOSH, INTERNAT, GAZ_SALE = "tazovskaya-sosh", "tazovskaya-internat", "gaz-sale-sosh"
ANTIPAYUTA, GYDA, COLLEGE = "antipayuta-internat", "gyda-internat", "novy-urengoy-college"
TAZ, GS, AN, GY, NU = "Тазовский", "Газ-Сале", "Антипаюта", "Гыда", "Новый Уренгой"

ADVANCED = (
    Course("2026-phys-online", SOSH, "Физика: углублённый курс онлайн", "physics", "advanced", 3, 24, "online", TAZ,
           ((2, DOUBLE), (4, SINGLE)), PUPIL_HOUR, description="Механика и электродинамика, опыты на камеру."),
    Course("2026-phys-internat", INTERNAT, "Физика с лабораторией", "physics", "advanced", 3, 16, "onsite", TAZ,
           ((1, DOUBLE), (3, SINGLE)), PUPIL_HOUR, description="Практикум на оборудовании «Точки роста»."),
    Course("2026-math-online", SOSH, "Профильная математика онлайн", "mathematics", "advanced", 3, 26, "online", TAZ,
           ((1, LATE_DOUBLE), (5, SINGLE)), PUPIL_HOUR, "nats_submit", "Задачи второй части ЕГЭ шаг за шагом."),
    Course("2026-math-gs", GAZ_SALE, "Математика: углублённый курс", "mathematics", "advanced", 3, 15, "onsite", GS,
           ((3, DOUBLE), (5, SINGLE)), PUPIL_HOUR, "xlsx", "Алгебра, геометрия, вероятность и статистика."),
    Course("2026-chem-college", COLLEGE, "Химия: подготовка к ЕГЭ", "chemistry", "advanced", 3, 25, "online", NU,
           ((2, LATE_DOUBLE), (4, LATE_SINGLE)), COLLEGE_HOUR, "nats_ask", "Ведут два преподавателя колледжа."),
    Course("2026-chem-internat", INTERNAT, "Химия с лабораторией", "chemistry", "advanced", 3, 14, "onsite", TAZ,
           ((3, LATE_DOUBLE), (5, LATE_SINGLE)), PUPIL_HOUR, description="Органика и качественный анализ."),
    Course("2026-bio-online", INTERNAT, "Биология: углублённый курс онлайн", "biology", "advanced", 3, 24, "online",
           TAZ, ((1, DOUBLE), (3, SINGLE)), PUPIL_HOUR, description="Клетка, генетика, экология Арктики."),
    Course("2026-bio-internat", INTERNAT, "Биология с микроскопом", "biology", "advanced", 3, 14, "onsite", TAZ,
           ((2, DOUBLE), (4, SINGLE)), PUPIL_HOUR, description="Занятия в кабинете биологии."),
    Course("2026-inf-college", COLLEGE, "Информатика и программирование онлайн", "informatics", "advanced", 4, 24,
           "online", NU, ((3, DOUBLE), (5, LATE_DOUBLE)), COLLEGE_HOUR, "nats_ask", "Язык Python, базы данных."),
    Course(OVERSUBSCRIBED, INTERNAT, "Информатика в ИТ-классе", "informatics", "advanced", 4, 8, "onsite", TAZ,
           ((2, LATE_DOUBLE), (4, LATE_DOUBLE)), PUPIL_HOUR, description="В классе восемь рабочих мест."),
    Course("2026-social-online", SOSH, "Обществознание: углублённый курс", "social-studies", "advanced", 3, 25,
           "online", TAZ, ((1, DOUBLE), (4, SINGLE)), PUPIL_HOUR, description="Право, экономика, эссе."),
    Course("2026-hist-online", ANTIPAYUTA, "История России: углублённый курс", "history", "advanced", 3, 24, "online",
           AN, ((2, DOUBLE), (5, SINGLE)), PUPIL_HOUR, "nats_submit", "Источники и проекты о Севере."),
    Course("2026-lit-online", GYDA, "Литература: медленное чтение", "literature", "advanced", 3, 20, "online", GY,
           ((3, LATE_DOUBLE), (5, SINGLE)), PUPIL_HOUR, "nats_submit", "Сочинение и разбор текста."),
    Course("2026-eng-online", GAZ_SALE, "Английский язык: углублённый курс", "foreign-language", "advanced", 3, 20,
           "online", GS, ((1, LATE_DOUBLE), (3, LATE_SINGLE)), PUPIL_HOUR, "xlsx", "Разговор, письмо, экзамен."),
    Course("2026-eng-sosh", SOSH, "Английский язык в малых группах", "foreign-language", "advanced", 3, 12, "onsite",
           TAZ, ((2, DOUBLE), (4, SINGLE)), PUPIL_HOUR, description="Группы по двенадцать человек."),
    Course("2026-geo-online", ANTIPAYUTA, "География Арктики", "geography", "advanced", 3, 20, "online", AN,
           ((4, DOUBLE), (2, SINGLE)), PUPIL_HOUR, "nats_submit", "Карты, климат, ресурсы."),
)  # fmt: skip

ELECTIVE = (
    Course("2026-robots", "dom-tvorchestva", "Робототехника", "technical", "elective", 2, 12, "onsite", TAZ,
           ((5, LATE_DOUBLE),), GROUP_HOUR, description="Сборка и программирование роботов."),
    Course("2026-drawing", "school-of-arts", "Архитектурный рисунок", "arts", "elective", 2, 12, "onsite", TAZ,
           ((3, LATE_DOUBLE),), GROUP_HOUR, description="Для поступающих в архитектурные вузы."),
    Course("2026-welding", COLLEGE, "Электротехника: первые шаги", "technical", "elective", 1, 30, "online", NU,
           ((1, SINGLE),), COLLEGE_HOUR, "nats_ask", "Теория и виртуальный стенд."),
    Course("2026-1c", COLLEGE, "Учёт и основы предпринимательства", "social", "elective", 2, 30, "online", NU,
           ((4, LATE_DOUBLE),), COLLEGE_HOUR, "nats_ask", "Счета, налоги, свой первый бизнес-план."),
    Course("2026-finance", SOSH, "Финансовая грамотность", "social", "elective", 1, 40, "online", TAZ, ((5, SINGLE),),
           description="Бюджет семьи, вклады, мошенники."),
    Course("2026-projects", INTERNAT, "Лаборатория исследовательских проектов", "natural-science", "elective", 1, 30,
           "online", TAZ, ((4, LATE_SINGLE),), description="От вопроса до доклада."),
    Course("2026-nenets", ANTIPAYUTA, "Ненецкий язык и фольклор", "native-language", "elective", 1, 30, "online", AN,
           ((5, SINGLE),), "free", "nats_submit", "Речь, сказки, перевод.", language="yrk"),
    Course("2026-tundra", "gaz-sale-duc", "Экология тундры", "natural-science", "elective", 1, 30, "online", GS,
           ((3, LATE_SINGLE),), "free", "xlsx", "Полевые дневники и данные наблюдений.", ends=HALF_YEAR_END),
    Course(JANUARY_COURSE, COLLEGE, "Информатика: подготовка к ЕГЭ", "informatics", "elective", 2, 30, "online", NU,
           ((2, LATE_DOUBLE),), COLLEGE_HOUR, "nats_ask", "Начнётся во втором полугодии.", (11,), SECOND_HALF_START),
)  # fmt: skip

EXTRACURRICULAR = (
    Course("2026-drones", "gaz-sale-duc", "Беспилотные аппараты", "technical", "extracurricular", 2, 10, "onsite", GS,
           ((4, LATE_DOUBLE),), GROUP_HOUR, "xlsx", "Полёты в зале и настройка.", ends=HALF_YEAR_END),
    Course("2026-media", "dom-tvorchestva", "Школьный медиацентр", "social", "extracurricular", 2, 15, "onsite", TAZ,
           ((1, LATE_DOUBLE),), GROUP_HOUR, description="Новости, видео, подкасты."),
    Course("2026-choir", "school-of-arts", "Ансамбль северной песни", "arts", "extracurricular", 2, 20, "onsite", TAZ,
           ((2, LATE_DOUBLE),), GROUP_HOUR, description="Голос, сцена, выступления."),
    Course("2026-swim", "sports-school", "Плавание и спасение на воде", "sport", "extracurricular", 2, 16, "onsite",
           TAZ, ((3, LATE_DOUBLE),), GROUP_HOUR, description="Бассейн, техника, помощь тонущему."),
    Course("2026-sambo", "sports-school", "Самбо для старших", "sport", "extracurricular", 2, 16, "onsite", TAZ,
           ((5, LATE_DOUBLE),), GROUP_HOUR, description="Техника и сдача норм."),
    Course("2026-instructor", "sports-centre", "Помощник инструктора", "sport", "extracurricular", 2, 12, "onsite",
           TAZ, ((2, LATE_DOUBLE),), description="Как провести тренировку младших."),
    Course("2026-first-aid", "hospital", "Первая помощь", "natural-science", "extracurricular", 2, 15, "onsite", TAZ,
           ((4, LATE_DOUBLE),), description="Тренажёры и разбор случаев."),
    Course("2026-medic", "hospital", "Мир медицинских профессий", "natural-science", "extracurricular", 1, 40,
           "online", TAZ, ((3, LATE_SINGLE),), description="Врачи рассказывают и отвечают."),
    Course("2026-law", "police", "Правовой класс", "social", "extracurricular", 2, 20, "onsite", TAZ,
           ((5, LATE_DOUBLE),), description="Право в жизни, служба, безопасность."),
    Course("2026-energy", "yamalkommunenergo", "Энергетика Севера", "technical", "extracurricular", 1, 40, "online",
           TAZ, ((2, LATE_SINGLE),), description="Как тепло и свет приходят в посёлок."),
    Course("2026-museum", "culture-centre", "Хранители ремёсел", "tourism", "extracurricular", 2, 15, "onsite", TAZ,
           ((1, LATE_DOUBLE),), description="Орнамент, косторезное дело, экскурсии."),
    Course("2026-english-club", GYDA, "Разговорный клуб: английский", "foreign-language", "extracurricular", 1, 20,
           "online", GY, ((4, LATE_SINGLE),), "free", "nats_submit", "Встречи с ровесниками из других посёлков."),
)  # fmt: skip

REFUSED = (
    Course(REFUSED_COURSE, "dom-tvorchestva", "Физика: олимпиадный уровень", "physics", "advanced", 2, 0, "onsite",
           TAZ, ((2, NIGHT_DOUBLE),), PUPIL_HOUR, description="Заявка с ошибками: лицензия, время, места."),
)  # fmt: skip


def make_offers() -> tuple[Offer, ...]:
    """All offers of the year, the one that the catalogue must refuse among them."""
    return tuple(_offer(course) for course in (*ADVANCED, *ELECTIVE, *EXTRACURRICULAR, *REFUSED))


def _offer(course: Course) -> Offer:
    weeks = 19 if course.starts == SECOND_HALF_START else WEEKS[course.ends]
    return Offer(
        key=course.key,
        organisation_slug=course.slug,
        course_title=course.title,
        subject_code=course.subject,
        level=course.level,
        grades=course.grades,
        hours_total=course.hours * weeks,
        hours_per_week=Decimal(course.hours),
        capacity=course.capacity,
        term_start=course.starts,
        term_end=course.ends,
        mode=course.mode,
        settlement=course.settlement,
        slots=tuple((day, *times) for day, times in course.days),
        language=course.language,
        enrolment_opens=ENROLMENT_OPENS,
        enrolment_closes=ENROLMENT_CLOSES if course.starts == TERM_START else SECOND_HALF_START,
        tariff_reference=course.tariff,
        description=course.description,
        teacher_key=f"teacher-{course.slug}-{course.subject}",
        channel=course.channel,
        is_lawful=course.key != REFUSED_COURSE,
    )


def as_network_offer(offer: Offer) -> NetworkOffer:
    """The offer as a plan sees it, named by its key."""
    return NetworkOffer(
        offer_id=offer.key,
        organisation_id=offer.organisation_slug,
        title=offer.course_title,
        subject_code=offer.subject_code,
        level=Level(offer.level),
        grades=offer.grades,
        hours_per_week=offer.hours_per_week,
        mode=Mode(offer.mode),
        settlement=offer.settlement,
        slots=tuple(Slot(day, time.fromisoformat(start), time.fromisoformat(end)) for day, start, end in offer.slots),
    )
