"""The service's AsyncAPI 3 document, made by FastStream from what is really subscribed and published."""

from collections.abc import Awaitable, Callable

from fastapi import Response
from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI


def asyncapi_document(title: str, broker: NatsBroker) -> Callable[[], Awaitable[Response]]:
    """An endpoint that answers with the document."""

    async def document() -> Response:
        specification = AsyncAPI(broker, title=title, version="1").to_specification()
        return Response(specification.to_json(), media_type="application/json")

    return document
