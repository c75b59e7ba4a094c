from chassis.migrations import run
from notifications.tables import Base

run(Base.metadata)
