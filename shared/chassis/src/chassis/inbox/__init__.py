"""The inbox: batched, ordered, idempotent consumers.

`consumer` declares handlers, `subscriber` pulls and keeps order, `processor` applies a batch in one transaction,
`parking` keeps what failed until it is retried, dead, or settled by an operator.
"""

from chassis.inbox.consumer import Consumer, Received

__all__ = ["Consumer", "Received"]
