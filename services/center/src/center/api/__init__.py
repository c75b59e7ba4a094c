"""The JSON interface of center."""

from fastapi import APIRouter

from center.api import access, coverage, organizations, people

router = APIRouter()
for part in (organizations.router, organizations.secret_router, people.router, access.router, coverage.router):
    router.include_router(part, prefix="/api/v1")
router.include_router(access.keys)
