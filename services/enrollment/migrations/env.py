from chassis.migrations import run
from enrollment.tables import Base

run(Base.metadata)
