"""The backbone's tables, organisations, offers, submissions."""

from alembic import op

from catalog.tables import Base
from chassis.migrations import create_backbone

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_backbone(op)
    Base.metadata.create_all(op.get_bind())
    op.execute("CREATE INDEX ix_offer_search ON offer USING gin (search)")
