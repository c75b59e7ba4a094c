"""The machinery every service stands on: settings, database, outbox, inbox, broker, HTTP, pages, logs, metrics.

It knows the contracts and no service. A service is composed in its `main.py` from `chassis.service.Service`.
"""
