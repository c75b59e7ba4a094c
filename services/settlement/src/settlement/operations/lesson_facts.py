"""Everything that accruing one lesson must know, read with one statement; what is missing is named."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Date, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import TransientError
from contracts.enrollment import LessonDelivered
from settlement.domain.tariff import TariffVersion
from settlement.stored_terms import terms_from_json

_FACTS: Final = (
    text("""
SELECT
  (SELECT jsonb_object_agg(id, short_name) FROM organization WHERE id = ANY(:organizations)) AS organizations,
  o.id IS NOT NULL AS offer_known,
  coalesce(:tariff_code, o.tariff_code, '') AS tariff_code,
  (SELECT jsonb_agg(to_jsonb(t)) FROM tariff_version t
   WHERE t.code = coalesce(:tariff_code, o.tariff_code)
     AND t.valid_from <= :day AND (t.valid_to IS NULL OR :day <= t.valid_to)) AS tariffs,
  (SELECT jsonb_object_agg(c.home_organization_id, c.id ORDER BY c.valid_from, c.id) FROM contract c
   WHERE c.host_organization_id = :host AND c.home_organization_id = ANY(:organizations)
     AND :day BETWEEN c.valid_from AND c.valid_to) AS contracts,
  (SELECT jsonb_object_agg(b.pupil_id, b.hours::text) FROM obligation b WHERE b.lesson_id = :lesson) AS accrued
FROM (SELECT 1) AS nothing LEFT JOIN offer o ON o.id = :offer
""")
    .bindparams(
        bindparam("organizations", type_=ARRAY(Uuid)),
        bindparam("tariff_code", type_=Text),
        bindparam("day", type_=Date),
        bindparam("host", type_=Uuid),
        bindparam("lesson", type_=Uuid),
        bindparam("offer", type_=Uuid),
    )
    .columns(organizations=JSONB, offer_known=Boolean, tariff_code=Text, tariffs=JSONB, contracts=JSONB, accrued=JSONB)
)


@dataclass(frozen=True, slots=True)
class LessonFacts:
    """Names of the known organisations, the tariff of the day, contracts by home organisation, hours accrued by pupil."""

    organizations: Mapping[UUID, str]
    offer_known: bool
    tariff_code: str
    tariffs: tuple[TariffVersion, ...]
    contracts: Mapping[UUID, UUID]
    accrued: Mapping[UUID, Decimal]

    def require(self, lesson: LessonDelivered, debtors: Collection[UUID]) -> TariffVersion:
        """The tariff of the lesson; raises TransientError naming everything that is missing, and its cure."""
        day = f"{lesson.delivered_on:%d.%m.%Y}"
        missing = [
            f"организация {one} расчётам пока неизвестна"
            for one in sorted({lesson.host_organization_id, *debtors})
            if one not in self.organizations
        ]
        if not self.offer_known:
            missing.append(f"предложение {lesson.offer_id} расчётам пока неизвестно")
        if not self.tariff_code and self.offer_known:
            missing.append(f"у предложения {lesson.offer_id} не указан тариф")
        elif self.tariff_code and not self.tariffs:
            missing.append(f"тариф «{self.tariff_code}» на {day} не установлен")
        host = self.organizations.get(lesson.host_organization_id, "")
        missing += [
            f"нет договора о сетевой форме на {day} между «{host}» и «{self.organizations[one]}»"
            for one in sorted(debtors)
            if one in self.organizations and one not in self.contracts
        ]
        if len(self.tariffs) > 1:
            missing.append(f"на {day} действуют сразу несколько версий тарифа «{self.tariff_code}»")
        if missing:
            raise TransientError(f"Занятие не начислено: {'; '.join(missing)}.")
        return self.tariffs[0]


async def read_facts(session: AsyncSession, lesson: LessonDelivered, debtors: Collection[UUID]) -> LessonFacts:
    """Read them as of the lesson's day."""
    values = {
        "organizations": [lesson.host_organization_id, *debtors],
        "tariff_code": lesson.tariff_code or None,
        "day": lesson.delivered_on,
        "host": lesson.host_organization_id,
        "lesson": lesson.lesson_id,
        "offer": lesson.offer_id,
    }
    row = (await session.execute(_FACTS, values)).one()
    return LessonFacts(
        organizations={UUID(one): name for one, name in (row.organizations or {}).items()},
        offer_known=row.offer_known,
        tariff_code=row.tariff_code,
        tariffs=tuple(_tariff(one) for one in row.tariffs or ()),
        contracts={UUID(home): UUID(one) for home, one in (row.contracts or {}).items()},
        accrued={UUID(pupil): Decimal(hours) for pupil, hours in (row.accrued or {}).items()},
    )


def _tariff(stored: Mapping[str, Any]) -> TariffVersion:
    return TariffVersion(
        tariff_version_id=UUID(stored["id"]),
        version=stored["number"],
        valid_from=date.fromisoformat(stored["valid_from"]),
        valid_to=date.fromisoformat(stored["valid_to"]) if stored["valid_to"] else None,
        terms=terms_from_json(stored["terms"]),
        basis=stored["basis"],
    )
