"""Сообщения и лента событий: composition root, the only wiring of the service."""

from pathlib import Path

from chassis.service import Service
from chassis.streams import feed_stream
from notifications import api, pages
from notifications.consumers import consumers
from notifications.mailer import send_mails
from notifications.publisher import publish_feeds
from notifications.settings import NotificationsSettings

service = Service(
    name="notifications",
    title="Сообщения и лента событий",
    routers=(api.router, pages.router),
    consumers=consumers,
    templates=Path(__file__).parent / "templates",
    streams=(feed_stream,),
    background=(publish_feeds, send_mails),
    settings=NotificationsSettings,
)
