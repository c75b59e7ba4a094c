"""The connection of one partner: its own feed, its questions, its submissions, and nothing else."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

import nats
from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeout
from nats.js.client import JetStreamContext

from bezgranits.credentials import PartnerCredentials
from bezgranits.events import FeedEvent, FeedGap, Ordered
from bezgranits.verdicts import Stored, Verdict

API_PREFIX: Final = "BG.API"
FEED: Final = "FEED"
BATCH: Final = 50
FETCH_SECONDS: Final = 5.0
GAP_SECONDS: Final = 90.0  # three times the time after which the server delivers again
ASK_SECONDS: Final = 10.0


class Partner:
    """Speaks as one organisation; use it with `async with`. It reconnects for ever."""

    def __init__(self, url: str, creds: str | Path, *, gap_seconds: float = GAP_SECONDS) -> None:
        self._url = url
        self._credentials = PartnerCredentials.read(Path(creds))
        self._gap_seconds = gap_seconds
        self._client: Client | None = None

    @property
    def account(self) -> str:
        """The key under which the platform knows the organisation; also the name of its consumer."""
        return self._credentials.account

    async def __aenter__(self) -> Self:
        self._client = await nats.connect(
            self._url,
            user_jwt_cb=self._credentials.jwt,
            signature_cb=self._credentials.sign,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def events(self, after: int | None = None) -> AsyncGenerator[FeedEvent, None]:
        """The events of the own feed, for ever; acknowledge each when you have kept it. At least once.

        With `after`, the number of the last event you have kept, they come in order and without a hole; what the server
        delivers again is dropped; raises FeedGap when the stream no longer holds the next one. Without it every delivery
        comes as the server hands it out: in order, except that unacknowledged events come again later.
        """
        ordered = None if after is None else Ordered(after)
        subscription = await self._jetstream().pull_subscribe_bind(consumer=self.account, stream=FEED)
        clock = asyncio.get_running_loop().time
        progress_at = clock()
        try:
            while True:
                try:
                    messages = await subscription.fetch(BATCH, timeout=FETCH_SECONDS)
                except NatsTimeout:
                    messages = []
                if ordered is None:
                    for message in messages:
                        yield FeedEvent.from_message(message)
                    continue
                for message in messages:
                    if not ordered.take(message):
                        await message.ack()
                for message in ordered.ready():
                    yield FeedEvent.from_message(message)
                    progress_at = clock()
                if ordered.waiting is None:
                    progress_at = clock()
                elif clock() - progress_at > self._gap_seconds:
                    raise FeedGap(ordered.expected, ordered.waiting)
        finally:
            await subscription.unsubscribe()

    async def ask_offer(self, offer: Mapping[str, Any], *, timeout_seconds: float = ASK_SECONDS) -> Verdict:
        """Submit an offer and wait for the verdict; an accepted one stands in the catalogue.

        Raises TimeoutError or nats.errors.NoRespondersError when nobody answers: nothing is known then, so ask again.
        """
        body = json.dumps(offer, ensure_ascii=False).encode()
        reply = await self._connected().request("ask.offer", body, timeout=timeout_seconds)
        return Verdict.from_answer(json.loads(reply.data))

    async def submit_offer(self, offer: Mapping[str, Any], *, reference: str | None = None) -> Stored:
        """Leave an offer to be judged later; the verdict comes on the feed (`catalog.submission.accepted|rejected.v1`).

        Send it again with the same `reference` when you do not know whether it arrived: it is judged once. The reference
        must be one that no other organisation would choose (a UUID is; that is the default), at most 100 characters.
        """
        reference = reference or str(uuid4())
        body = json.dumps(offer, ensure_ascii=False).encode()
        stored = await self._jetstream().publish("submit.offer", body, headers={"Nats-Msg-Id": reference})
        return Stored(reference, bool(stored.duplicate))

    def _connected(self) -> Client:
        if self._client is None:
            raise RuntimeError("not connected: write `async with Partner(…) as partner`")
        return self._client

    def _jetstream(self) -> JetStreamContext:
        return self._connected().jetstream(prefix=API_PREFIX)
