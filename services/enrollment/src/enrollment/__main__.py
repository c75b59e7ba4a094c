"""`python -m enrollment serve|migrate|republish`."""

from chassis.cli import run
from enrollment.main import service

run(service, __file__)
