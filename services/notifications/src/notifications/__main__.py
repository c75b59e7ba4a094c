"""`python -m notifications serve|migrate|republish`."""

from chassis.cli import run
from notifications.main import service

run(service, __file__)
