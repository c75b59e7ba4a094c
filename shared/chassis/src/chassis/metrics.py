"""Prometheus metrics of one service, in a registry of its own so that several apps can live in one process."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_ROWS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Metrics:
    """Every metric of the backbone; names end in their unit."""

    def __init__(self, service: str) -> None:
        self.registry = registry = CollectorRegistry()
        label = {"service": service}

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"bezgranits_{name}", text, ("service", *labels), registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"bezgranits_{name}", text, ("service", *labels), registry=registry)

        def histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"bezgranits_{name}", text, ("service", *labels), buckets=buckets, registry=registry)

        self.service = service
        self.outbox_backlog = gauge("outbox_backlog_events", "Recorded and not yet published.").labels(**label)
        self.outbox_oldest_seconds = gauge("outbox_oldest_seconds", "Age of the oldest one.").labels(**label)
        self.events_published = counter("events_published", "Acknowledged by the broker.").labels(**label)
        self.relay_leading = gauge("relay_leading", "1 while this process relays.").labels(**label)
        self.relay_failures = counter("relay_failures", "Failed attempts of the relay.").labels(**label)
        self.relay_batch_rows = histogram("relay_batch_events", "Events a batch.", _ROWS).labels(**label)
        self.relay_batch_seconds = histogram("relay_batch_seconds", "Publish and move.", _SECONDS).labels(**label)
        self.consumer_lag = gauge("consumer_lag_events", "Not yet handled.", "consumer")
        self.consumer_events = counter("consumer_events", "Handled, by outcome.", "consumer", "outcome")
        self.consumer_resets = counter("consumer_resets", "Reopened at the checkpoint.", "consumer")
        self.handler_seconds = histogram("consumer_batch_seconds", "One batch.", _SECONDS, "consumer")
        self.dead_letters = gauge("dead_letters_events", "Waiting for an operator.", "consumer")
        self.parked = gauge("parked_events", "Waiting for another try.", "consumer")
        self.scrape_failures = counter("scrape_failures", "Gauges that could not be measured.", "error")
        self.http_seconds = histogram("http_request_seconds", "A request.", _SECONDS, "method", "route", "status")

    def render(self) -> bytes:
        """The exposition text."""
        return generate_latest(self.registry)
