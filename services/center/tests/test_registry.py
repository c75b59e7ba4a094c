"""Organisations, people and accounts over HTTP: what is refused, what is announced."""

import uuid

from contracts.center import OrganizationRegistered, PupilRegistered, TutorAssigned

from .conftest import Center, pupil, school


async def test_an_organisation_is_registered_announced_and_read(center: Center) -> None:
    organization_id = await center.organization()
    (event,) = await center.run.recorded(OrganizationRegistered)
    assert (event.organization_id, event.slug, event.mailbox) == (
        organization_id,
        "school-1",
        "school-1@school.example",
    )
    assert [licence.kind for licence in event.licences] == ["general"]
    read = (await center.get(f"/organizations/{organization_id}")).json()
    assert read["licences"] == [{"kind": "general", "number": "Л-1", "issued_on": "2015-03-01", "expires_on": None}]
    assert [one["slug"] for one in (await center.get("/organizations")).json()["items"]] == ["school-1"]
    assert (await center.get(f"/organizations/{uuid.uuid4()}")).status_code == 404


async def test_a_card_with_faults_is_refused_whole(center: Center) -> None:
    answer = await center.post("/organizations", school(inn="7743013902", legal_type="kingdom", mailbox="nowhere"))
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "organization.refused")
    assert {error["field"] for error in body["errors"]} == {"inn", "legal_type", "mailbox"}
    assert await center.run.recorded(OrganizationRegistered) == []


async def test_slug_and_identifiers_are_taken_once(center: Center) -> None:
    await center.organization(1)
    answer = await center.post("/organizations", school(1))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["slug", "inn"]
    branch = await center.post("/organizations", school(1, slug="branch", kpp="891043001"))
    assert branch.status_code == 201


async def test_only_the_centre_registers(center: Center) -> None:
    for role in ("coordinator", "head", "department", "pupil"):
        assert (await center.post("/organizations", school(), role=role)).status_code == 403
    assert (await center.run.client.post("/center/api/v1/organizations", json=school())).status_code == 401


async def test_pupils_come_as_a_list_and_leave_as_pseudonyms(center: Center) -> None:
    home = await center.organization()
    names = ["Образцов Антон", "Образцова Белла", "Образцов Вадим"]
    ids = await center.pupils(*(pupil(home, full_name=name) for name in names))
    assert [one.version for one in ids] == [4, 4, 4]
    stored = dict(tuple(row) for row in await center.run.rows("SELECT id, full_name FROM person WHERE kind = 'pupil'"))
    assert [stored[one] for one in ids] == names
    events = await center.run.recorded(PupilRegistered)
    assert [event.pupil_id for event in events] == ids
    payloads = await center.run.rows("SELECT payload FROM outbox UNION ALL SELECT payload FROM event_log")
    assert not any("Образцов".encode() in bytes(row.payload) for row in payloads)


async def test_a_list_with_one_bad_line_is_refused_whole(center: Center) -> None:
    home = await center.organization(1)
    club = await center.organization(
        2, network_roles=["participant"], licences=[{"kind": "additional", "number": "2", "issued_on": "2015-03-01"}]
    )
    answer = await center.post("/pupils", {"pupils": [pupil(home), pupil(club, grade=9)]})
    assert answer.status_code == 422
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"pupils[1].grade", "pupils[1].home_organization_id"}
    assert await center.run.scalar("SELECT count(*) FROM pupil") == 0
    too_many = await center.post("/pupils", {"pupils": [pupil(home)] * 501})
    assert too_many.status_code == 422


async def test_a_tutor_is_assigned_once_and_replaced(center: Center) -> None:
    home = await center.organization()
    anna, boris = await center.pupils(pupil(home), pupil(home))
    tutors = [
        (await center.post("/tutors", {"full_name": name, "organization_id": str(home)})).json()["id"]
        for name in ("Тьюторова Вера", "Тьюторов Глеб")
    ]

    async def assign(*pairs: tuple[str, uuid.UUID]) -> dict[str, int]:
        body = {"assignments": [{"tutor_id": tutor, "pupil_id": str(one)} for tutor, one in pairs]}
        answer = await center.post("/tutor-assignments", body)
        assert answer.status_code == 200, answer.text
        counts: dict[str, int] = answer.json()
        return counts

    assert await assign((tutors[0], anna), (tutors[0], boris)) == {"assigned": 2, "unchanged": 0}
    assert await assign((tutors[0], anna), (tutors[1], boris)) == {"assigned": 1, "unchanged": 1}
    events = await center.run.recorded(TutorAssigned)
    assert [(event.pupil_id, str(event.tutor_id)) for event in events if event.pupil_id == boris] == [
        (boris, tutors[0]),
        (boris, tutors[1]),
    ]
    versions = await center.run.rows(
        "SELECT sequence FROM (SELECT id, aggregate_id, sequence FROM outbox UNION ALL "
        "SELECT outbox_id, aggregate_id, sequence FROM event_log) t WHERE aggregate_id = :id ORDER BY id",
        id=str(boris),
    )
    assert [row.sequence for row in versions] == [1, 2, 3]
    refused = await center.post(
        "/tutor-assignments", {"assignments": [{"tutor_id": str(boris), "pupil_id": str(anna)}]}
    )
    assert [error["field"] for error in refused.json()["errors"]] == ["assignments[0].tutor_id"]


async def test_names_are_told_as_far_as_rights_go(center: Center) -> None:
    home, other = await center.organization(1), await center.organization(2)
    own, foreign, accompanied = await center.pupils(
        pupil(home, full_name="Своя Анна"),
        pupil(other, full_name="Чужой Борис"),
        pupil(other, full_name="Ведомая Вера"),
    )
    tutor = (await center.post("/tutors", {"full_name": "Тьюторов Глеб", "organization_id": str(home)})).json()["id"]
    await center.post("/tutor-assignments", {"assignments": [{"tutor_id": tutor, "pupil_id": str(accompanied)}]})
    path = f"/names?ids={own},{foreign}&ids={accompanied}&ids={uuid.uuid4()}"

    async def names(role: str, **who: uuid.UUID) -> set[str]:
        answer = await center.get(path, role=role, **who)
        assert answer.status_code == 200, answer.text
        return set(answer.json()["names"].values())

    assert await names("operator") == {"Своя Анна", "Чужой Борис", "Ведомая Вера"}
    assert await names("coordinator", organization_id=home) == {"Своя Анна"}
    assert await names("tutor", organization_id=home, person_id=uuid.UUID(tutor)) == {"Своя Анна", "Ведомая Вера"}
    assert await names("coordinator") == set()
    for role in ("pupil", "head", "accountant"):
        assert (await center.get(path, role=role, organization_id=home)).status_code == 403
    too_many = ",".join(str(uuid.uuid4()) for _ in range(201))
    assert (await center.get(f"/names?ids={too_many}")).status_code == 422


async def test_accounts_are_given_by_whoever_may(center: Center) -> None:
    answer = await center.post("/accounts", {"login": "x", "password": "short", "roles": ["coordinator"]})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"login", "password", "organization_id", "name"}
    body = {"login": "Petrov", "password": "a long enough secret", "roles": ["administrator"], "name": "Петров Иван"}
    assert (await center.post("/accounts", body)).status_code == 403
    assert (await center.post("/accounts", body, role="administrator")).status_code == 201
    again = await center.post("/accounts", {**body, "login": "PETROV"}, role="administrator")
    assert (again.status_code, again.json()["code"]) == (409, "account.login_taken")
    stored = await center.run.scalar("SELECT password_hash FROM account WHERE login = 'petrov'")
    assert stored.startswith("$argon2id$")
