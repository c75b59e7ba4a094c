"""What notifications is told by its deployment beside what every service is told."""

from pydantic import Field

from chassis.settings import Settings


class NotificationsSettings(Settings):
    """Letters carry `mail_from`, an address that takes no answers."""

    mail_from: str = Field(default="no-reply@localhost", pattern=r"^[^@\s]+@[^@\s]+$")
