"""Orders for the example `tokens`, and what PyJWT says: `write` makes them, `judge` reads the tokens that were minted.

`write` makes keys, and for each of them and each form that a private key has an order to mint; and random RS256 tokens, good
and bad, each with PyJWT's verdict. `judge` has PyJWT verify what was minted. The seed is fixed, the keys are not. PyJWT checks
the algorithm and the signature; what it leaves to its caller is checked here, as the documentation of the API asks for.
"""

import base64
import json
import random
import string
import sys
import uuid

import jwt
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import rsa

ACTION, COUNT, FOLDER = sys.argv[1], int(sys.argv[2]), sys.argv[3]
NOW, LEEWAY = 1_700_000_000, 60
APPLICATION = "5c2e8f6e-0f3c-4a3e-9d3b-2f1f0d8b7a61"
rng = random.Random(20_261_125)


def text(low, high):
    return "".join(rng.choice(string.ascii_letters + string.digits) for _ in range(rng.randint(low, high)))


def private(key, encoding, layout):
    return key.private_bytes(encoding, layout, form.NoEncryption())


def forms(key):
    pkcs8, pkcs1 = form.PrivateFormat.PKCS8, form.PrivateFormat.TraditionalOpenSSL
    for layout in (pkcs8, pkcs1):
        pem = private(key, form.Encoding.PEM, layout).decode()
        yield pem
        yield pem.replace("\n", "\\n")
        yield pem.replace("\n", "\r\n")
        yield base64.b64encode(private(key, form.Encoding.DER, layout)).decode()


def public(key):
    layout = form.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(form.Encoding.PEM, layout).decode()


def write():
    keys = [rsa.generate_private_key(65537, bits) for bits in (2048, 3072, 4096)]
    with open(f"{FOLDER}/keys.json", "w") as file:
        json.dump([public(key) for key in keys for _ in forms(key)], file)
    with open(f"{FOLDER}/mint.ndjson", "w") as orders:
        for key in keys:
            for written in forms(key):
                orders.write(json.dumps({"key": written, "application_id": APPLICATION, "now": NOW}) + "\n")
    right, wrong = keys[0], keys[1]
    pem = public(right)
    with open(f"{FOLDER}/judge.ndjson", "w") as orders, open(f"{FOLDER}/token-verdicts.txt", "w") as verdicts:
        for _ in range(COUNT):
            token = random_token(right, wrong)
            orders.write(json.dumps({"token": token, "public_key": pem, "now": NOW}) + "\n")
            verdicts.write(("accepted" if verdict(token, pem) else "refused") + "\n")


FAULTS = [
    "key", "algorithm", "confusion", "none", "expired", "future", "not yet", "short", "long", "no id", "no iat", "no jti", "wrong id",
    "wrong exp", "flip", "cut", "unsigned",
]


def random_token(right, wrong):
    issued = NOW - rng.randint(0, 600)
    claims = {"application_id": str(uuid.UUID(int=rng.getrandbits(128))), "iat": issued, "jti": text(8, 36)}
    if rng.random() < 0.8:
        claims["exp"] = issued + rng.randint(700, 86_400)
    if rng.random() < 0.2:
        claims["nbf"] = issued
    if rng.random() < 0.2:
        claims["sub"] = text(1, 20)
    if rng.random() < 0.2:
        claims["acl"] = {"paths": {"/*/messages/**": {}}}
    key, algorithm = right, "RS256"
    fault = rng.choice(["good"] * 10 + FAULTS)
    if fault == "key":
        key = wrong
    elif fault == "algorithm":
        algorithm = rng.choice(["RS384", "RS512", "PS256"])
    elif fault == "confusion":
        # Signed with the text of the public key, as if that were a shared secret; PyJWT itself refuses to do so.
        key, algorithm = None, "HS256"
    elif fault == "none":
        key, algorithm = None, "none"
    elif fault == "expired":
        claims["iat"], claims["exp"] = NOW - 5_000, NOW - rng.randint(61, 4_000)
    elif fault == "future":
        claims["iat"] = NOW + rng.randint(61, 10_000)
        claims["exp"] = claims["iat"] + 900
    elif fault == "not yet":
        claims["nbf"] = NOW + rng.randint(61, 10_000)
    elif fault == "short":
        claims["exp"] = claims["iat"] + rng.randint(-100, 29)
    elif fault == "long":
        claims["exp"] = claims["iat"] + rng.randint(86_401, 10**7)
    elif fault == "no id":
        del claims["application_id"]
    elif fault == "no iat":
        del claims["iat"]
    elif fault == "no jti":
        del claims["jti"]
    elif fault == "wrong id":
        claims["application_id"] = text(1, 36)
    elif fault == "wrong exp":
        claims["exp"] = rng.choice([None, True, [], str(NOW + 500), -1])
    token = sign(claims, key, algorithm, right)
    if fault == "flip":
        at = rng.randrange(len(token))
        other = rng.choice([c for c in string.ascii_letters + string.digits + "-_" if c != token[at]])
        token = token[:at] + other + token[at + 1 :]
    elif fault == "cut":
        token = token[: rng.randrange(len(token))]
    elif fault == "unsigned":
        token = token.rsplit(".", 1)[0] + "."
    return token


def sign(claims, key, algorithm, right):
    if algorithm != "HS256":
        return jwt.PyJWS().encode(json.dumps(claims).encode(), key, algorithm)
    import hashlib
    import hmac

    part = lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    signed = part(b'{"alg":"HS256","typ":"JWT"}') + "." + part(json.dumps(claims).encode())
    return signed + "." + part(hmac.new(public(right).encode(), signed.encode(), hashlib.sha256).digest())


def is_date(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def verdict(token, pem):
    try:
        claims = json.loads(jwt.PyJWS().decode(token, pem, algorithms=["RS256"]))
    except (jwt.PyJWTError, ValueError):
        return False
    issued, expires, begins = claims.get("iat"), claims.get("exp", ...), claims.get("nbf", NOW)
    if not is_date(issued) or not (expires is ... or is_date(expires)) or not is_date(begins):
        return False
    expires = issued + 900 if expires is ... else expires
    try:
        is_uuid = str(uuid.UUID(claims.get("application_id"))) == claims.get("application_id")
    except (ValueError, TypeError, AttributeError):
        is_uuid = False
    return (
        is_uuid
        and isinstance(claims.get("jti"), str)
        and 30 <= expires - issued <= 86_400
        and max(issued, begins) <= NOW + LEEWAY
        and NOW < expires + LEEWAY
    )


def judge():
    with open(f"{FOLDER}/keys.json") as file:
        keys = json.load(file)
    with open(f"{FOLDER}/minted.txt") as file:
        tokens = file.read().split()
    assert len(keys) == len(tokens), "a token for each form of each key"
    for key, token in zip(keys, tokens):
        options = {"verify_exp": False, "require": ["application_id", "iat", "exp", "jti"]}
        claims = jwt.decode(token, key, algorithms=["RS256"], options=options)
        assert claims["application_id"] == APPLICATION and claims["exp"] == NOW + 900
    print(len(tokens))


{"write": write, "judge": judge}[ACTION]()
