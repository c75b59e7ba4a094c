"""The summary that the demo prints, and the same figures as JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from embedded.demo.reconcile import Check
from embedded.demo.story import Story

SHOWN_ACCOUNTS = (
    "operator",
    "department",
    "head",
    "coordinator.tazovskaya-sosh",
    "accountant.tazovskaya-sosh",
    "coordinator.novy-urengoy-college",
)


def rubles(kopecks: int) -> str:
    """Kopecks as «1 234,56 ₽»."""
    whole, rest = divmod(abs(kopecks), 100)
    return f"{'−' if kopecks < 0 else ''}{whole:,}".replace(",", "\u00a0") + f",{rest:02d} ₽"


def summary(story: Story, checks: list[Check], seconds: float) -> str:
    """What happened, in lines that a person reads."""
    told = story.figures
    money, coverage, placements = told["settlement"], told["coverage"], told["placements"]
    offers = told["offers"]
    full = told["full_courses"][0]
    lines = [
        "",
        f"  Сеть: {told['organizations']} организаций, {told['pupils']} учеников 10–11 классов",
        f"  Курсы: {sum(offers.values())} в каталоге: {_ways(offers)}",
        f"  Отказ одному предложению: {'; '.join(told['refused_offer'][:2])}",
        f"  Пожелания: {told['wishes']}, чаще всего «{told['top_wishes'][0]['topic']}» ({told['top_wishes'][0]['pupils']})",
        f"  Планы: {told['plans']}",
        f"  Места: {placements}; переполненный курс: {full['confirmed']} из {full['capacity']}, ждут {full['waitlisted']}",
        f"  Уроки: {told['lessons']}, результаты: {told['results']}",
        f"  Ждали договора: {told['waited_for_contract']['events']} событий, после подписания применены",
        *(
            f"  Акты за {one['period']}: {one['acts']} на {rubles(one['total_kopecks'])}"
            for one in told["closed_months"]
        ),
        f"  Начислено {rubles(money['accrued_kopecks'])}: {_cleared(money)}",
        f"  Охват: {coverage['percent']:.1f} % из {coverage['target']:.0f} %, {coverage['covered']} из {coverage['pupils']}",
        f"  События: {told['events']}",
        f"  Лента колледжа: {told['feed']['events']} событий подряд; чужая лента: отказано ({told['feed']['refused']})",
        f"  Сообщения: {told['notifications']['messages']}, письма: {told['notifications']['mails']}",
        "",
        *(f"  {'✓' if one.holds else '✗'} {one.name}" for one in checks),
        "",
        f"  История рассказана за {seconds:.0f} с.",
    ]
    return "\n".join(lines)


def _ways(offers: dict[str, int]) -> str:
    names = {"http": "сайт", "xlsx": "таблица", "nats_submit": "шина", "nats_ask": "шина с ответом"}
    return ", ".join(f"{name} {offers[way]}" for way, name in names.items())


def _cleared(money: dict[str, Any]) -> str:
    parts = {"зачтено": "set_off", "скорректировано учредителем": "corrected", "остаток": "outstanding"}
    return ", ".join(f"{name} {rubles(money[f'{part}_kopecks'])}" for name, part in parts.items())


def write_report(path: Path, story: Story, checks: list[Check], seconds: float) -> None:
    """The same as JSON."""
    report: dict[str, Any] = {
        "ok": all(one.holds for one in checks),
        "story_seconds": round(seconds, 1),
        "figures": story.figures,
        "checks": [asdict(one) for one in checks],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8")


def write_accounts(path: Path, story: Story) -> None:
    """The demo's accounts, for `make up DEMO=1`; made for this run, readable by its owner alone."""
    pupil = next(one.pupil_key for one in story.world.plans if one.state == "approved" and one.plan.network_offer_ids)
    tutor = next(one.tutor_key for one in story.world.pupils if one.key == pupil)
    actors = [story.accounts[login] for login in (*SHOWN_ACCOUNTS, tutor, pupil)]
    rows = [{"title": one.title, "login": one.login, "password": one.password} for one in actors]
    path.touch(mode=0o600)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
