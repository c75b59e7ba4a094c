"""The backbone's tables, organisations, people, access, read copies for the headline figure, decisions."""

from alembic import op

from center.tables import Base
from chassis.migrations import create_backbone

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_backbone(op)
    Base.metadata.create_all(op.get_bind())
