"""The backbone's tables, organisations, feeds, messages, mails."""

from alembic import op

from chassis.migrations import create_backbone
from notifications.tables import Base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_backbone(op)
    Base.metadata.create_all(op.get_bind())
