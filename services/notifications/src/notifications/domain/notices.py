"""Which events people are told of, whom, and in which words: no names of people, a link to where it is dealt with."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from chassis.pages.formats import month_ru, rubles
from contracts import catalog, enrollment, settlement
from contracts.base import Event

Names = Mapping[UUID, str]

REQUESTS: Final = "/enrollment/requests"
PLAN: Final = "/enrollment/"
SETTLEMENT: Final = "/settlement/"
OFFERS: Final = "/catalog/mine"
UNKNOWN: Final = "Одна из организаций сети"  # center's event about it is still on its way


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one recipient; `critical` ones want an action, `by_mail` ones also go to the mailbox."""

    recipient_kind: Literal["organization", "person"]
    recipient_id: UUID
    title: str
    body: str
    link: str
    critical: bool = False
    by_mail: bool = False


def parties_of(event: Event) -> tuple[UUID, ...]:
    """The organisations whose names and mailboxes the notices of an event need; empty if nobody is told."""
    if event.event_type not in _RULES:
        return ()
    audience = event.audience()
    return tuple(sorted(audience)) if audience else ()


def compose(event: Event, names: Names) -> tuple[Notice, ...]:
    """Everything that people are told of one event; empty for most events."""
    rule = _RULES.get(event.event_type)
    return tuple(rule(event, names)) if rule else ()


def _requested(event: enrollment.PlacementState, names: Names) -> Iterator[Notice]:
    home = _named(names, event.home_organization_id)
    yield Notice(
        "organization",
        event.host_organization_id,
        "Новая заявка на место",
        f"{home} просит место на курсе для своего ученика. Подтвердите заявку или откажите.",
        REQUESTS,
        by_mail=True,
    )


def _answered(
    title: str, to_school: str, to_pupil: str, *, critical: bool = False
) -> Callable[[Any, Names], Iterator[Notice]]:
    def rule(event: enrollment.PlacementState, names: Names) -> Iterator[Notice]:
        host = _named(names, event.host_organization_id)
        queue = f" Номер в очереди: {event.position}." if event.position else ""
        school, pupil = f"{host} {to_school}{queue}", f"{host} {to_pupil}{queue}"
        yield Notice("organization", event.home_organization_id, title, school, REQUESTS, critical)
        yield Notice("person", event.pupil_id, title, pupil, PLAN, critical)

    return rule


def _plan_submitted(event: enrollment.PlanState, names: Names) -> Iterator[Notice]:
    body = f"Индивидуальный учебный план ученика {event.grade} класса ждёт согласования."
    yield Notice("organization", event.home_organization_id, "План на согласовании", body, PLAN)


def _plan_approved(event: enrollment.PlanState, names: Names) -> Iterator[Notice]:
    body = "Школа утвердила ваш индивидуальный учебный план."
    yield Notice("person", event.pupil_id, "План утверждён", body, PLAN)


def _plan_returned(event: enrollment.PlanState, names: Names) -> Iterator[Notice]:
    body = "План вернули на доработку. Откройте его: причина указана рядом, исправьте и отправьте снова."
    yield Notice("person", event.pupil_id, "План вернули на доработку", body, PLAN, critical=True)


def _result_issued(event: enrollment.ResultState, names: Names) -> Iterator[Notice]:
    year, half = event.half_year.split("-H")
    host = _named(names, event.host_organization_id)
    body = f"{host} выставила результат за {half}-е полугодие {year} года. Зачтите его или верните с причиной."
    yield Notice("organization", event.home_organization_id, "Результат ждёт зачёта", body, REQUESTS)


def _submission_rejected(event: catalog.SubmissionRejected, names: Names) -> Iterator[Notice]:
    reference = f" «{event.reference}»" if event.reference else ""
    reasons = "".join(f"\n— {one.message} {one.cure}".rstrip() for one in event.objections)
    body = f"Предложение{reference} не прошло проверку.{reasons}"
    yield Notice("organization", event.organization_id, "Предложение не принято", body, OFFERS, by_mail=True)


def _act_sent(event: settlement.ActState, names: Names) -> Iterator[Notice]:
    creditor = _named(names, event.creditor_organization_id)
    body = f"{creditor} отправила {_act(event)}. Подпишите его или напишите возражения."
    yield Notice("organization", event.debtor_organization_id, "Акт на подпись", body, SETTLEMENT, by_mail=True)


def _act_confirmed(event: settlement.ActState, names: Names) -> Iterator[Notice]:
    debtor = _named(names, event.debtor_organization_id)
    body = f"{debtor} подписала {_act(event)}."
    yield Notice("organization", event.creditor_organization_id, "Акт подписан", body, SETTLEMENT)


def _act_disputed(event: settlement.ActState, names: Names) -> Iterator[Notice]:
    debtor = _named(names, event.debtor_organization_id)
    body = f"{debtor} прислала возражения на {_act(event)}. Откройте его и ответьте."
    yield Notice(
        "organization",
        event.creditor_organization_id,
        "Возражения по акту",
        body,
        SETTLEMENT,
        critical=True,
        by_mail=True,
    )


def _setoff_proposed(event: settlement.SetoffState, names: Names) -> Iterator[Notice]:
    what = "взаимозачёт" if event.method == "set_off" else "расчёт через учредителя"
    for party in sorted(event.audience() or ()):
        claims = sum(one.cleared_kopecks for one in event.clearings if one.creditor_organization_id == party)
        debts = sum(one.cleared_kopecks for one in event.clearings if one.debtor_organization_id == party)
        body = (
            f"Предложен {what} за {_month(event.period)}: вам должны станет меньше на {rubles(claims)}, "
            f"ваш долг уменьшится на {rubles(debts)}. Согласуйте его или откажитесь."
        )
        yield Notice("organization", party, f"Предложен {what}", body, SETTLEMENT, by_mail=True)


def _act(event: settlement.ActState) -> str:
    return f"акт №\u00a0{event.number} за {_month(event.period)} на {rubles(event.total_kopecks)}"


def _named(names: Names, organization_id: UUID) -> str:
    """The beginning of a sentence: «организация» keeps the verb right, whatever gender the name has."""
    name = names.get(organization_id)
    return f"Организация «{name}»" if name else UNKNOWN


def _month(period: str) -> str:
    return month_ru(date.fromisoformat(f"{period}-01"))


_RULES: Final[dict[str, Callable[[Any, Names], Iterator[Notice]]]] = {
    enrollment.PlacementRequested.event_type: _requested,
    enrollment.PlacementConfirmed.event_type: _answered(
        "Место подтверждено",
        "подтвердила место для вашего ученика.",
        "подтвердила ваше место на курсе. Приходите на занятия по расписанию.",
    ),
    enrollment.PlacementWaitlisted.event_type: _answered(
        "Заявка в листе ожидания",
        "поставила заявку вашего ученика в очередь: свободных мест сейчас нет.",
        "поставила вашу заявку в очередь: свободных мест сейчас нет. Мы сообщим, когда место появится.",
    ),
    enrollment.PlacementPromoted.event_type: _answered(
        "Место освободилось",
        "выделила место вашему ученику: подошла его очередь.",
        "выделила вам место на курсе: подошла ваша очередь.",
    ),
    enrollment.PlacementDeclined.event_type: _answered(
        "В месте отказано",
        "отклонила заявку вашего ученика. Помогите ему выбрать другой курс.",
        "отклонила вашу заявку. Выберите другой курс вместе с тьютором.",
        critical=True,
    ),
    enrollment.PlanSubmitted.event_type: _plan_submitted,
    enrollment.PlanApproved.event_type: _plan_approved,
    enrollment.PlanReturned.event_type: _plan_returned,
    enrollment.ResultIssued.event_type: _result_issued,
    catalog.SubmissionRejected.event_type: _submission_rejected,
    settlement.ActSent.event_type: _act_sent,
    settlement.ActConfirmed.event_type: _act_confirmed,
    settlement.ActDisputed.event_type: _act_disputed,
    settlement.SetoffProposed.event_type: _setoff_proposed,
}
