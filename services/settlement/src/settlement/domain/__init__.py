"""The rules of settlement, pure: money, tariffs, the ledger, periods, acts, methods, set-off and reconciliation."""
