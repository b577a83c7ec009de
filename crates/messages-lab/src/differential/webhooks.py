"""Writes random webhooks, good and bad, and PyJWT's verdict on each: `cases.ndjson` and `verdicts.txt`.

The seed is fixed, so that a difference can be looked at again. PyJWT checks the algorithm and the signature; what it leaves to
its caller (issuer, age, payload hash) is checked here, as the documentation of the API asks for.
"""

import base64
import hashlib
import hmac
import json
import random
import string
import sys

import jwt

COUNT, FOLDER = int(sys.argv[1]), sys.argv[2]
NOW, AGE, AHEAD = 1_700_000_000, 300, 300
rng = random.Random(20_261_123)


def text(low, high):
    return "".join(rng.choice(string.ascii_letters + string.digits) for _ in range(rng.randint(low, high)))


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def sign(header, claims, secret, digest=hashlib.sha256):
    signed = part(header) + "." + part(claims)
    mac = hmac.new(secret.encode(), signed.encode(), digest).digest()
    return signed + "." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def case():
    secret, body = text(32, 64), json.dumps({"status": text(0, 200)})
    claims = {
        "iss": "Vonage",
        "iat": NOW - rng.randint(-AHEAD, AGE),
        "jti": text(8, 36),
        "payload_hash": hashlib.sha256(body.encode()).hexdigest(),
        "api_key": text(8, 8),
    }
    header, signer, digest = {"alg": "HS256", "typ": "JWT"}, secret, hashlib.sha256
    fault = rng.choice(["none"] * 6 + FAULTS)
    if fault == "secret":
        signer = text(32, 64)
    elif fault == "issuer":
        claims["iss"] = rng.choice(["Mallory", "vonage", ""])
    elif fault == "old":
        claims["iat"] = NOW - AGE - rng.randint(1, 10**8)
    elif fault == "future":
        claims["iat"] = NOW + rng.randint(AHEAD + 1, 10**8)
    elif fault == "body":
        body += " "
    elif fault == "hash":
        claims["payload_hash"] = hashlib.sha256(text(1, 9).encode()).hexdigest()
    elif fault == "no hash":
        del claims["payload_hash"]
    elif fault == "no iat":
        del claims["iat"]
    elif fault == "algorithm":
        header["alg"], digest = rng.choice([("HS384", hashlib.sha384), ("HS512", hashlib.sha512)])
    elif fault == "lie":
        header["alg"] = rng.choice(["none", "None", "RS256", "HS384", "hs256"])
    token = sign(header, claims, signer, digest)
    if fault == "flip":
        at = rng.randrange(len(token))
        other = rng.choice([c for c in string.ascii_letters + string.digits + "-_" if c != token[at]])
        token = token[:at] + other + token[at + 1 :]
    elif fault == "cut":
        token = token[: rng.randrange(len(token))]
    elif fault == "unsigned":
        token = token.rsplit(".", 1)[0] + "."
    return token, body, secret


FAULTS = [
    "secret", "issuer", "old", "future", "body", "hash", "no hash", "no iat", "algorithm", "lie", "flip", "cut", "unsigned",
]


def verdict(token, body, secret):
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            options={"verify_aud": False, "verify_iat": False, "require": ["iat", "jti"]},
        )
    except (jwt.PyJWTError, ValueError):
        return False
    return (
        claims.get("iss") == "Vonage"
        and isinstance(claims["iat"], int)
        and -AHEAD <= NOW - claims["iat"] <= AGE
        and claims.get("payload_hash") == hashlib.sha256(body.encode()).hexdigest()
    )


with open(f"{FOLDER}/cases.ndjson", "w") as cases, open(f"{FOLDER}/verdicts.txt", "w") as verdicts:
    for _ in range(COUNT):
        token, body, secret = case()
        line = {"authorization": "Bearer " + token, "body": body, "secret": secret, "now": NOW}
        cases.write(json.dumps(line) + "\n")
        verdicts.write(("accepted" if verdict(token, body, secret) else "refused") + "\n")
