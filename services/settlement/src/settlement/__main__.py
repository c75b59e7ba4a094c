"""`python -m settlement serve|migrate|republish`."""

from chassis.cli import run
from settlement.main import service

run(service, __file__)
