from chassis.migrations import run
from settlement.tables import Base

run(Base.metadata)
