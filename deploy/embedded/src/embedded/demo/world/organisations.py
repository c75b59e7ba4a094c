"""The sixteen organisations of the demo network. Names are of the district, every number is made up."""

from dataclasses import dataclass
from datetime import date

from center.domain.identifiers import complete_inn10, complete_ogrn
from embedded.demo.world.model import Licence, Organisation

TAX_OFFICE = "8999"  # there is none with this number
MUNICIPAL_OKTMO, CITY_OKTMO = "71923000", "71956000"
GENERAL = ("general", date(2016, 5, 12), None)
ADDITIONAL = ("additional", date(2016, 5, 12), None)
VOCATIONAL = ("vocational", date(2017, 2, 1), None)
ENDING = ("additional", date(2021, 1, 31), date(2027, 1, 31))

LicenceRow = tuple[str, date, date | None]


@dataclass(frozen=True, slots=True)
class _Row:
    slug: str
    full_name: str
    short_name: str
    legal_type: str
    budget_level: str
    roles: tuple[str, ...]
    settlement: str
    licences: tuple[LicenceRow, ...] = ()
    founder: str | None = "department"


SCHOOL_ROLES = ("base", "participant")
ROWS = (
    _Row("tazovskaya-sosh", "МБОУ Тазовская средняя общеобразовательная школа", "Тазовская СОШ",
         "budgetary", "municipal", SCHOOL_ROLES, "Тазовский", (GENERAL, ADDITIONAL)),
    _Row("tazovskaya-internat", "МКОУ Тазовская школа-интернат среднего общего образования", "Тазовская школа-интернат",
         "treasury", "municipal", SCHOOL_ROLES, "Тазовский", (GENERAL, ADDITIONAL)),
    _Row("gaz-sale-sosh", "МБОУ Газ-Салинская средняя общеобразовательная школа", "Газ-Салинская СОШ",
         "budgetary", "municipal", SCHOOL_ROLES, "Газ-Сале", (GENERAL,)),
    _Row("antipayuta-internat", "МКОУ Антипаютинская школа-интернат среднего общего образования",
         "Антипаютинская школа-интернат", "treasury", "municipal", SCHOOL_ROLES, "Антипаюта", (GENERAL,)),
    _Row("gyda-internat", "МКОУ Гыданская школа-интернат среднего общего образования", "Гыданская школа-интернат",
         "treasury", "municipal", SCHOOL_ROLES, "Гыда", (GENERAL,)),
    _Row("dom-tvorchestva", "МБОУ ДО Тазовский районный Дом творчества", "Дом творчества",
         "budgetary", "municipal", ("participant",), "Тазовский", (ADDITIONAL,)),
    _Row("gaz-sale-duc", "МБОУ ДО Газ-Салинский детско-юношеский центр", "Газ-Салинский ДЮЦ",
         "budgetary", "municipal", ("participant",), "Газ-Сале", (ENDING,)),
    _Row("school-of-arts", "МБУ ДО Тазовская детская школа искусств", "Школа искусств",
         "budgetary", "municipal", ("participant",), "Тазовский", (ADDITIONAL,)),
    _Row("sports-school", "МБУ Тазовская спортивная школа", "Спортивная школа",
         "budgetary", "municipal", ("participant",), "Тазовский", (ADDITIONAL,)),
    _Row("sports-centre", "МАУ Центр развития физической культуры и спорта", "Центр физкультуры и спорта",
         "autonomous", "municipal", ("resource_holder",), "Тазовский"),
    _Row("novy-urengoy-college", "ГБПОУ ЯНАО Новоуренгойский многопрофильный колледж", "Новоуренгойский колледж",
         "regional_budgetary", "regional", ("participant",), "Новый Уренгой", (GENERAL, VOCATIONAL, ADDITIONAL), None),
    _Row("hospital", "ГБУЗ ЯНАО Тазовская центральная районная больница", "Тазовская ЦРБ",
         "regional_budgetary", "regional", ("resource_holder",), "Тазовский", (), None),
    _Row("police", "ОМВД России по Тазовскому району", "ОМВД", "treasury", "federal", ("resource_holder",),
         "Тазовский", (), None),
    _Row("yamalkommunenergo", "Филиал АО «Ямалкоммунэнерго» в Тазовском районе", "Ямалкоммунэнерго",
         "other", "none", ("resource_holder",), "Тазовский", (), None),
    _Row("culture-centre", "МБУ Районный центр национальных культур", "Центр национальных культур",
         "budgetary", "municipal", ("resource_holder",), "Тазовский"),
    _Row("department", "Департамент образования Администрации Тазовского района", "Департамент образования",
         "treasury", "municipal", ("founder",), "Тазовский", (), None),
)  # fmt: skip


def make_organisations() -> tuple[Organisation, ...]:
    """The organisations, with numbers that pass every check and belong to nobody."""
    return tuple(_organisation(place, row) for place, row in enumerate(ROWS, start=1))


def _organisation(place: int, row: _Row) -> Organisation:
    return Organisation(
        slug=row.slug,
        full_name=row.full_name,
        short_name=row.short_name,
        legal_type=row.legal_type,
        budget_level=row.budget_level,
        network_roles=row.roles,
        settlement=row.settlement,
        inn=complete_inn10(f"{TAX_OFFICE}{place:05d}"),
        kpp=f"{TAX_OFFICE}01001",
        ogrn=complete_ogrn(f"1028999{place:05d}"),
        oktmo=CITY_OKTMO if row.settlement == "Новый Уренгой" else MUNICIPAL_OKTMO,
        email=f"priem@{row.slug}.example",
        licences=tuple(
            Licence(kind, f"Л035-89-{place:02d}{number:02d}", issued_on, expires_on)
            for number, (kind, issued_on, expires_on) in enumerate(row.licences, start=1)
        ),
        founder_slug=row.founder,
    )
