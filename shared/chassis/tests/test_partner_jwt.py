from chassis.nkeys import KeyKind, KeyPair, public_key_kind, read_claims
from chassis.partner_jwt import PartnerLimits, mint_closed_account, mint_partner, platform_exports

OPERATOR = KeyPair.create(KeyKind.OPERATOR)
PLATFORM = KeyPair.create(KeyKind.ACCOUNT).public


def test_a_partner_imports_nothing_but_its_own_subjects() -> None:
    grant = mint_partner(OPERATOR, PLATFORM, "college")
    claims = read_claims(grant.account_jwt)
    assert (claims["iss"], claims["sub"], claims["name"]) == (OPERATOR.public, grant.account, "college")
    assert public_key_kind(grant.account) is KeyKind.ACCOUNT
    for imported in claims["nats"]["imports"]:
        assert grant.account in imported["subject"].split(".")
        assert imported["account"] == PLATFORM


def test_every_import_finds_an_export_gated_by_the_same_token() -> None:
    grant = mint_partner(OPERATOR, PLATFORM, "college")
    subjects = {imported["subject"] for imported in read_claims(grant.account_jwt)["nats"]["imports"]}
    gated = set()
    for export in platform_exports():
        tokens = export["subject"].split(".")
        position = export["account_token_position"] - 1
        assert tokens[position] == "*"
        tokens[position] = grant.account
        gated.add(".".join(tokens))
    assert subjects == gated


def test_the_user_is_signed_for_that_account_within_its_limits() -> None:
    limits = PartnerLimits(connections=2, subscriptions=7, payload_bytes=1000)
    grant = mint_partner(OPERATOR, PLATFORM, "college", limits=limits, expires_at=4_000_000_000)
    account, user = read_claims(grant.account_jwt)["nats"], read_claims(grant.credentials.jwt)
    assert user["iss"] in account["signing_keys"]
    assert user["nats"]["issuer_account"] == grant.account
    assert user["sub"] == grant.user == KeyPair.from_seed(grant.credentials.seed).public
    assert user["exp"] == 4_000_000_000
    assert (account["limits"]["conn"], account["limits"]["payload"], user["nats"]["subs"]) == (2, 1000, 7)
    assert account["limits"]["disk_storage"] == account["limits"]["leaf"] == 0
    assert user["nats"]["sub"] == {"allow": ["_INBOX.>"]}


def test_minting_again_keeps_the_account_and_changes_every_key() -> None:
    first = mint_partner(OPERATOR, PLATFORM, "college")
    second = mint_partner(OPERATOR, PLATFORM, "college", account=first.account)
    assert second.account == first.account
    assert second.user != first.user
    keys = [set(read_claims(grant.account_jwt)["nats"]["signing_keys"]) for grant in (first, second)]
    assert not keys[0] & keys[1]


def test_a_closed_account_trusts_nobody() -> None:
    grant = mint_partner(OPERATOR, PLATFORM, "college")
    claims = read_claims(mint_closed_account(OPERATOR, grant.account, "college"))
    assert claims["sub"] == grant.account
    assert claims["nats"]["signing_keys"] == []
    assert claims["nats"]["imports"] == []
    assert claims["nats"]["limits"]["conn"] == 0
