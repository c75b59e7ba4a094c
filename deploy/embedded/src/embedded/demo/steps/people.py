"""The centre registers organisations and people and opens accounts."""

from typing import Any

from embedded.demo.story import Story
from embedded.demo.world.model import Organisation

PARTNERS = ("tazovskaya-sosh", "antipayuta-internat", "gyda-internat", "novy-urengoy-college")
"""Organisations whose own systems speak to the broker: three schools send offers, the college asks for verdicts."""


async def register_organisations(story: Story) -> None:
    """All organisations, with their types, licences and settlements."""

    async def register(one: Organisation) -> None:
        answer = await story.admin.post("/center/api/v1/organizations", _card(one))
        story.organizations[one.slug] = answer["id"]

    await story.each(story.world.organisations, register)
    story.figures["organizations"] = len(story.organizations)


async def open_staff_accounts(story: Story) -> None:
    """Operator, head, department; a coordinator and an accountant for each organisation; tutors with their pupils."""
    await story.open_account("operator", ["operator"], title="Оператор центра", slug="department")
    await story.open_account("head", ["head"], title="Руководитель центра", slug="department")
    await story.open_account("department", ["department"], title="Департамент образования", slug="department")
    slugs = [one.slug for one in story.world.organisations]
    names = {(worker.role, worker.organisation_slug): worker.name.full for worker in reversed(story.world.workers)}

    async def open_for(pair: tuple[str, str]) -> None:
        role, slug = pair
        short = story.world.by_slug()[slug].short_name
        title = {"coordinator": "Координатор", "accountant": "Бухгалтер"}[role] + f" · {short}"
        await story.open_account(f"{role}.{slug}", [role], title=title, slug=slug, name=names[role, slug])

    await story.each(
        [(role, slug) for role, slug in names if role in {"coordinator", "accountant"} and slug in slugs], open_for
    )


async def register_pupils(story: Story) -> None:
    """Pupils and tutors as pseudonymous ids; their names stay at the centre."""
    lines = [
        {
            "full_name": one.name.full,
            "home_organization_id": story.organizations[one.school_slug],
            "grade": one.grade,
            "cohort_year": one.cohort_year,
            "residence": one.residence,
            "enrolled_on": one.enrolled_on.isoformat(),
        }
        for one in story.world.pupils
    ]
    answer = await story.admin.post("/center/api/v1/pupils", {"pupils": lines})
    story.pupils.update(zip((one.key for one in story.world.pupils), answer["ids"], strict=True))
    story.figures["pupils"] = len(story.pupils)

    async def register_tutor(worker: Any) -> None:
        body = {"full_name": worker.name.full, "organization_id": story.organizations[worker.organisation_slug]}
        tutor_id = (await story.admin.post("/center/api/v1/tutors", body))["id"]
        story.tutors[worker.key] = tutor_id
        login = f"tutor.{len(story.tutors)}"
        story.accounts[worker.key] = await story.open_account(
            login, ["tutor"], title="Тьютор", slug=worker.organisation_slug, person_id=tutor_id, name=worker.name.full
        )

    for worker in story.world.workers:
        if worker.role == "tutor":
            await register_tutor(worker)
    pairs = [
        {"tutor_id": story.tutors[one.tutor_key], "pupil_id": story.pupils[one.key]}
        for one in story.world.pupils
        if one.tutor_key in story.tutors
    ]
    await story.admin.post("/center/api/v1/tutor-assignments", {"assignments": pairs})


async def open_pupil_accounts(story: Story) -> None:
    """Accounts for the pupils who wish or plan something."""
    active = sorted({one.pupil_key for one in story.world.wishes} | {one.pupil_key for one in story.world.plans})
    by_key = {one.key: one for one in story.world.pupils}

    async def open_for(key: str) -> None:
        pupil = by_key[key]
        story.accounts[key] = await story.open_account(
            key, ["pupil"], title=f"Ученик {pupil.grade} класса", slug=pupil.school_slug,
            person_id=story.pupils[key], name=pupil.name.full,
        )  # fmt: skip

    await story.each(active, open_for)


async def open_broker_access(story: Story) -> None:
    """Credentials of their own for the organisations whose systems speak to the broker."""
    folder = story.state_dir / "partners"
    folder.mkdir(mode=0o700, exist_ok=True)
    for slug in PARTNERS:
        answer = await story.admin.post(f"/center/api/v1/organizations/{story.organizations[slug]}/feed-access")
        path = folder / f"{slug}.creds"
        path.write_text(answer["creds"], encoding="utf-8")
        path.chmod(0o600)
        story.creds[slug] = path


def _card(one: Organisation) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "full_name": one.full_name,
        "short_name": one.short_name,
        "legal_type": one.legal_type,
        "budget_level": one.budget_level,
        "network_roles": list(one.network_roles),
        "settlement": one.settlement,
        "time_zone": one.time_zone,
        "inn": one.inn,
        "kpp": one.kpp,
        "ogrn": one.ogrn,
        "oktmo": one.oktmo,
        "mailbox": one.email,
        "licences": [
            {
                "kind": licence.kind,
                "number": licence.number,
                "issued_on": licence.issued_on.isoformat(),
                "expires_on": licence.expires_on.isoformat() if licence.expires_on else None,
            }
            for licence in one.licences
        ],
    }
