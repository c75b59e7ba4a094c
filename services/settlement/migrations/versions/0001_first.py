"""The backbone's tables, documents, obligations, and a ledger that the database itself guards."""

from alembic import op

from chassis.migrations import create_backbone
from settlement.tables import Base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Statement-level, so that a batch of a thousand rows is checked once. The function runs as the owner: the application may
# neither write a balance nor change a posting, and a balance can only move together with its postings.
GUARD = """
CREATE FUNCTION guard_ledger_posting() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE wrong uuid;
BEGIN
  SELECT transfer_id INTO wrong FROM new_rows
  GROUP BY transfer_id HAVING sum(debit_kopecks) <> sum(credit_kopecks) LIMIT 1;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'ledger: transfer % is not balanced', wrong USING ERRCODE = 'check_violation';
  END IF;
  SELECT n.transfer_id INTO wrong
  FROM (SELECT transfer_id, count(*) AS rows FROM new_rows GROUP BY transfer_id) n
  WHERE n.rows <> (SELECT count(*) FROM ledger_posting p WHERE p.transfer_id = n.transfer_id) LIMIT 1;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'ledger: transfer % is posted already, or in parts', wrong USING ERRCODE = 'check_violation';
  END IF;
  PERFORM 1 FROM ledger_account WHERE id IN (SELECT account_id FROM new_rows) ORDER BY id FOR NO KEY UPDATE;
  UPDATE ledger_account a SET balance_kopecks = a.balance_kopecks + moved.step
  FROM (SELECT account_id, sum(debit_kopecks - credit_kopecks) AS step FROM new_rows GROUP BY account_id) moved
  WHERE a.id = moved.account_id;
  RETURN NULL;
END $$
"""
REFUSE = """
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger: % is append-only, post a correction instead', TG_TABLE_NAME
  USING ERRCODE = 'insufficient_privilege';
END $$
"""
ROLES = "settlement_app, settlement_worker"


def upgrade() -> None:
    create_backbone(op)
    Base.metadata.create_all(op.get_bind())
    op.execute(GUARD)
    op.execute(
        "CREATE TRIGGER guard AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION guard_ledger_posting()"
    )
    op.execute(REFUSE)
    for table in ("ledger_transfer", "ledger_posting"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {ROLES}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ledger_account FROM {ROLES}")
    op.execute(f"GRANT INSERT (kind, creditor_id, debtor_id) ON ledger_account TO {ROLES}")
