"""The pages of center."""

from fastapi import APIRouter

from center.pages import dashboard, operations, organizations, sign_in

router = APIRouter()
for part in (
    sign_in.router,
    dashboard.router,
    operations.router,
    organizations.router,
    organizations.secret_router,
):
    router.include_router(part)
