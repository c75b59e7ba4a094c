"""Logs: structlog with dotted event names and key-values, JSON in production, a correlation id on every line."""

import logging
import sys
from typing import Any

import structlog

from chassis import trace


def _add_correlation(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if current := trace.correlation_id.get():
        event["correlation_id"] = current
    return event


def configure_logs(service: str, level: str = "INFO", *, json: bool = True) -> None:
    """Route structlog and the standard library's loggers through one renderer to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        _add_correlation,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn.access", "nats.aio.client", "httpx", "httpcore", "faststream"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # an unexpected error is logged once, with its correlation id, where it becomes an answer (chassis.http.problems)
    logging.getLogger("uvicorn.error").addFilter(lambda line: not line.getMessage().startswith("Exception in ASGI"))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose lines carry `name`."""
    return structlog.stdlib.get_logger(name)
