"""The outbox: events recorded inside the business transaction, published in order by the relay, kept in the log.

`record` writes, `relay` publishes, `republish` refills a stream from `event_log`.
"""

from chassis.outbox.record import record, record_many

__all__ = ["record", "record_many"]
