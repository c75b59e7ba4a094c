"""`python -m center serve|migrate|republish`."""

from center.main import service
from chassis.cli import run

run(service, __file__)
