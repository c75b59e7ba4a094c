"""How a consumer appears in the service's AsyncAPI document: one channel an event type, with the contract's schema."""

from typing import Any

from faststream.nats.subscriber.specification import NatsSubscriberSpecification
from faststream.specification.asyncapi.utils import resolve_payloads
from faststream.specification.schema import Message, Operation, SubscriberSpec
from faststream.specification.schema.bindings import ChannelBinding, nats

from chassis.inbox.consumer import Consumer
from contracts.registry import EVENTS


class InboxSpecification(NatsSubscriberSpecification):
    """Documents the typed events of a consumer instead of the raw batch its handler takes."""

    consumer: Consumer

    def get_schema(self) -> dict[str, SubscriberSpec]:
        channels: dict[str, SubscriberSpec] = {}
        for event_type, handler in self.consumer.handlers.items():
            subject = f"evt.{event_type}.*"
            schema: dict[str, Any] = EVENTS[event_type].model_json_schema()
            channels[f"{self.consumer.name}:{event_type}"] = SubscriberSpec(
                address=subject,
                description=f"{handler.kind} handler {handler.name}",
                operation=Operation(
                    message=Message(
                        title=f"{self.consumer.name}:{event_type}:Message",
                        payload=resolve_payloads([(schema, EVENTS[event_type].__name__)]),
                    ),
                    bindings=None,
                ),
                bindings=ChannelBinding(nats=nats.ChannelBinding(subject=subject, queue=None)),
            )
        return channels
