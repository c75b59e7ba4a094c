"""HTTP bodies; what they hold is judged by the domain, which names field, fault and cure in Russian."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

ROWS_MAX = 500
Text = Annotated[str, Field(max_length=400)]


class LicenceIn(BaseModel):
    """A licence to teach; without `expires_on` it has no end."""

    kind: Text
    number: Text
    issued_on: date
    expires_on: date | None = None


class OrganizationIn(BaseModel):
    """An organisation that joins the network."""

    slug: Text
    full_name: Text
    short_name: Text
    legal_type: Text
    budget_level: Text
    network_roles: Annotated[list[Text], Field(max_length=10)]
    settlement: Text
    time_zone: Text = "Asia/Yekaterinburg"
    inn: Text
    kpp: Text
    ogrn: Text
    oktmo: Text
    mailbox: Text
    licences: Annotated[list[LicenceIn], Field(max_length=20)] = []


class LicenceOut(BaseModel):
    """A licence."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    number: str
    issued_on: date
    expires_on: date | None


class OrganizationOut(BaseModel):
    """An organisation of the network."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    slug: str
    full_name: str
    short_name: str
    legal_type: str
    budget_level: str
    network_roles: tuple[str, ...]
    settlement: str
    time_zone: str
    inn: str
    kpp: str
    ogrn: str
    oktmo: str
    mailbox: str
    licences: tuple[LicenceOut, ...]
    feed_account: str | None
    active: bool


class OrganizationsOut(BaseModel):
    """All organisations."""

    items: tuple[OrganizationOut, ...]


class Created(BaseModel):
    """The id of what was made."""

    id: UUID


class CreatedList(BaseModel):
    """Ids in the order of the list that was sent."""

    ids: list[UUID]


class FeedAccessOut(BaseModel):
    """The broker account and its credentials: this answer is the only place where they ever stand."""

    account: str
    creds: str


class PupilIn(BaseModel):
    """A pupil of a list."""

    full_name: Text
    home_organization_id: UUID
    grade: int
    cohort_year: int
    residence: Text
    enrolled_on: date


class PupilsIn(BaseModel):
    """A list of pupils."""

    pupils: Annotated[list[PupilIn], Field(min_length=1, max_length=ROWS_MAX)]


class TutorIn(BaseModel):
    """A tutor of an organisation."""

    full_name: Text
    organization_id: UUID


class AssignmentIn(BaseModel):
    """Who accompanies whom from now on."""

    tutor_id: UUID
    pupil_id: UUID


class AssignmentsIn(BaseModel):
    """A list of assignments."""

    assignments: Annotated[list[AssignmentIn], Field(min_length=1, max_length=ROWS_MAX)]


class AssignedOut(BaseModel):
    """How many assignments are new, and how many stood already."""

    assigned: int
    unchanged: int


class NamesOut(BaseModel):
    """Names of those whom the viewer may know by name; the others are left out."""

    names: dict[UUID, str]


class AccountIn(BaseModel):
    """An account; without `person_id` an employee called `name` is registered for it."""

    login: Text
    password: Annotated[str, Field(max_length=400, repr=False)]
    roles: Annotated[list[Text], Field(max_length=10)]
    organization_id: UUID | None = None
    person_id: UUID | None = None
    name: Text = ""


class SignInIn(BaseModel):
    """A login and a password."""

    login: Text
    password: Annotated[str, Field(max_length=400, repr=False)]


class TokenOut(BaseModel):
    """An access token for the Authorization header."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name
    expires_in_seconds: int


class ShareOut(BaseModel):
    """Coverage of a part of the network."""

    pupils: int
    covered: int
    percent: float
    pupils_missing: int


class SchoolShareOut(ShareOut):
    """Coverage of one school."""

    organization_id: UUID
    name: str


class SettlementShareOut(ShareOut):
    """Coverage of those who live in one settlement."""

    settlement: str


class CoverageOut(ShareOut):
    """The headline figure and its parts, which add up to it."""

    as_of: date
    base_day: date
    target: float
    reached: bool
    by_school: tuple[SchoolShareOut, ...]
    by_settlement: tuple[SettlementShareOut, ...]
