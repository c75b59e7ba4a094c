"""`python -m catalog serve|migrate|republish`."""

from catalog.main import service
from chassis.cli import run

run(service, __file__)
