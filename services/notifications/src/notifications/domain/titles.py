"""Event types in words, for people who look at the feed."""

from typing import Final

TITLES: Final[dict[str, str]] = {
    "catalog.offer.changed.v1": "Предложение изменено",
    "catalog.offer.closed.v1": "Набор закрыт",
    "catalog.offer.published.v1": "Предложение опубликовано",
    "catalog.submission.accepted.v1": "Отправленное предложение принято",
    "catalog.submission.rejected.v1": "Отправленное предложение не принято",
    "center.organization.changed.v1": "Сведения об организации изменены",
    "center.organization.registered.v1": "Организация вошла в сеть",
    "center.pupil.registered.v1": "Ученик зарегистрирован",
    "center.tutor.assigned.v1": "Ученику назначен тьютор",
    "enrollment.lesson.delivered.v1": "Занятие проведено",
    "enrollment.placement.confirmed.v1": "Место подтверждено",
    "enrollment.placement.declined.v1": "Заявка отклонена",
    "enrollment.placement.promoted.v1": "Очередь дошла: место выделено",
    "enrollment.placement.requested.v1": "Заявка на место",
    "enrollment.placement.waitlisted.v1": "Заявка в листе ожидания",
    "enrollment.placement.withdrawn.v1": "Заявка отозвана",
    "enrollment.plan.approved.v1": "Учебный план утверждён",
    "enrollment.plan.returned.v1": "Учебный план возвращён",
    "enrollment.plan.submitted.v1": "Учебный план отправлен на согласование",
    "enrollment.result.issued.v1": "Результат выставлен",
    "enrollment.result.recognized.v1": "Результат зачтён",
    "enrollment.result.returned.v1": "Результат возвращён",
    "enrollment.wish.expressed.v1": "Пожелание ученика",
    "settlement.act.confirmed.v1": "Акт подписан обеими сторонами",
    "settlement.act.disputed.v1": "По акту есть возражения",
    "settlement.act.sent.v1": "Акт отправлен на подпись",
    "settlement.contract.signed.v1": "Договор о сетевой форме заключён",
    "settlement.obligation.accrued.v1": "Начисление за занятие",
    "settlement.period.closed.v1": "Месяц закрыт",
    "settlement.setoff.agreed.v1": "Взаимозачёт согласован",
    "settlement.setoff.executed.v1": "Взаимозачёт проведён",
    "settlement.setoff.proposed.v1": "Предложен взаимозачёт",
}


def title_of(event_type: str) -> str:
    """The type in words; a type that is not in the list is shown as it is."""
    return TITLES.get(event_type, event_type)
