"""The backbone's tables, read copies, wishes, plans, placements, lessons, results."""

from alembic import op

from chassis.migrations import create_backbone
from enrollment.tables import Base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_backbone(op)
    Base.metadata.create_all(op.get_bind())
