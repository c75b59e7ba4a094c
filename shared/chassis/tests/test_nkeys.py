import base64
import json

import pytest

from chassis.nkeys import (
    Credentials,
    InvalidClaims,
    InvalidKey,
    KeyKind,
    KeyPair,
    format_creds,
    mint,
    parse_creds,
    public_key_kind,
    read_claims,
)

# Example pair of the NATS documentation of nkeys: public by design
_KNOWN_SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
_KNOWN_PUBLIC = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"


@pytest.mark.parametrize(("kind", "letter"), [(KeyKind.OPERATOR, "O"), (KeyKind.ACCOUNT, "A"), (KeyKind.USER, "U")])
def test_a_pair_survives_its_seed_and_shows_its_kind(kind: KeyKind, letter: str) -> None:
    pair = KeyPair.create(kind)
    assert pair.public[0] == letter
    assert pair.seed[:2] == "S" + letter
    assert (len(pair.public), len(pair.seed)) == (56, 58)
    restored = KeyPair.from_seed(pair.seed)
    assert (restored.public, restored.seed, restored.kind) == (pair.public, pair.seed, kind)
    assert public_key_kind(pair.public) is kind


def test_the_documented_pair_is_read_as_documented() -> None:
    assert KeyPair.from_seed(_KNOWN_SEED).public == _KNOWN_PUBLIC


def test_a_mistyped_key_is_refused() -> None:
    seed = KeyPair.create(KeyKind.USER).seed
    other_endings = [seed[:-1] + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" if letter != seed[-1]]
    for wrong in (*other_endings, seed.lower(), seed[:40], "", "not base32!"):
        with pytest.raises(InvalidKey):
            KeyPair.from_seed(wrong)
    with pytest.raises(InvalidKey):
        KeyPair.from_seed(_KNOWN_PUBLIC)
    with pytest.raises(InvalidKey):
        public_key_kind(seed)


def test_claims_are_read_back_and_a_changed_letter_is_noticed() -> None:
    account, user = KeyPair.create(KeyKind.ACCOUNT), KeyPair.create(KeyKind.USER)
    token = mint(account, user.public, "Школа", "user", {"subs": 5}, expires_at=4_000_000_000)
    claims = read_claims(token)
    assert (claims["iss"], claims["sub"], claims["name"]) == (account.public, user.public, "Школа")
    assert claims["nats"] == {"subs": 5, "type": "user", "version": 2}
    assert claims["exp"] == 4_000_000_000
    head, body, signature = token.split(".")
    forged = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged["nats"]["subs"] = 500
    other_body = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip("=")
    for wrong in (f"{head}.{other_body}.{signature}", "a.b.c", "", body):
        with pytest.raises(InvalidClaims):
            read_claims(wrong)


def test_a_creds_file_is_read_back() -> None:
    account, user = KeyPair.create(KeyKind.ACCOUNT), KeyPair.create(KeyKind.USER)
    credentials = Credentials(mint(account, user.public, "u", "user", {}), user.seed)
    assert parse_creds(format_creds(credentials)) == credentials
    with pytest.raises(InvalidClaims):
        parse_creds("nothing here")


def test_no_representation_shows_a_secret() -> None:
    pair = KeyPair.create(KeyKind.USER)
    assert pair.seed not in repr(pair)
    assert pair.seed not in repr(Credentials("jwt", pair.seed))
