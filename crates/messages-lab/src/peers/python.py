# The official Python SDK against the emulator: every kind of message that it offers, with both credentials, and its own
# verification of the webhooks. The SDK speaks https only, so a TLS front of a few lines stands before the emulator.
# Called with the path of the `messages` binary, a certificate and its key; prints one line and fails loudly.

import atexit
import http.client
import inspect
import json
import os
import re
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

binary, certificate, key = sys.argv[1:4]
os.environ["REQUESTS_CA_BUNDLE"] = certificate

import vonage_messages.models as models
from vonage import Auth, HttpClientOptions, Vonage
from vonage_http_client.errors import AuthenticationError, HttpRequestError
from vonage_jwt import verify_signature

webhooks = []


class Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Receiver(Quiet):
    def do_POST(self):
        webhooks.append((self.headers["authorization"].split()[1], json.loads(self.body())))
        self.answer(200, [], b"")


class Front(Quiet):
    def forward(self):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        connection.request(self.command, self.path, self.body(), headers)
        response = connection.getresponse()
        kept = [(name, value) for name, value in response.getheaders() if name.lower() != "content-length"]
        self.answer(response.status, kept, response.read())

    do_POST = do_PATCH = forward


def serve(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


receiver = serve(Receiver)
url = f"http://127.0.0.1:{receiver.server_port}/webhooks"
clean = {name: value for name, value in os.environ.items() if not re.match("VONAGE_|NEXMO_|MESSAGES_", name)}
emulator = subprocess.Popen(
    [binary, "emulator", "--port", "0", "--speed", "50", "--status-url", url, "--json"],
    stdout=subprocess.PIPE, env=clean, text=True,
)
atexit.register(emulator.kill)
ready = json.loads(emulator.stdout.readline())
threading.Thread(target=lambda: [None for _ in emulator.stdout], daemon=True).start()
port = int(ready["url"].rsplit(":", 1)[1])
front = serve(Front)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
front.socket = context.wrap_socket(front.socket, server_side=True)

person, ours = "447700900000", "447700900001"
phones = {"to": person, "from_": ours}
rcs = {"to": person, "from_": "ExampleBrand"}
viber = {"to": person, "from_": "ExampleShop"}
page = {"to": "user-1", "from_": "page-1"}


def media(path, **more):
    return {"url": f"https://example.com/{path}", **more}


card = {"title": "A", "text": "B", "media_url": "https://example.com/a.jpg"}
messages = {
    "Sms": {**phones, "text": "Your code is 4711", "client_ref": "order-17"},
    "MmsText": {**phones, "text": "Hello"},
    "MmsImage": {**phones, "image": media("a.jpg", caption="A")},
    "MmsVcard": {**phones, "vcard": media("a.vcf")},
    "MmsAudio": {**phones, "audio": media("a.mp3")},
    "MmsVideo": {**phones, "video": media("a.mp4")},
    "MmsFile": {**phones, "file": media("a.pdf")},
    "MmsContent": {**phones, "content": [{"type": "image", **media("a.jpg")}]},
    "RcsText": {**rcs, "text": "Hello"},
    "RcsImage": {**rcs, "image": media("a.jpg")},
    "RcsVideo": {**rcs, "video": media("a.mp4")},
    "RcsFile": {**rcs, "file": media("a.pdf")},
    "RcsCardMessage": {**rcs, "card": card},
    "RcsCarouselMessage": {**rcs, "rcs": {"card_width": "SMALL"}, "carousel": {"cards": [card, card]}},
    "RcsCustom": {**rcs, "custom": {"contentMessage": {"text": "Hello"}}},
    "WhatsappText": {**phones, "text": "Hello"},
    "WhatsappImage": {**phones, "image": media("a.jpg")},
    "WhatsappAudio": {**phones, "audio": media("a.mp3")},
    "WhatsappVideo": {**phones, "video": media("a.mp4")},
    "WhatsappFile": {**phones, "file": media("a.pdf", name="a.pdf")},
    "WhatsappTemplate": {
        **phones,
        "whatsapp": {"policy": "deterministic", "locale": "en_US"},
        "template": {"name": "verify", "parameters": ["4711"]},
    },
    "WhatsappSticker": {**phones, "sticker": media("a.webp")},
    "WhatsappCustom": {**phones, "custom": {"type": "location", "location": {"longitude": -0.1, "latitude": 51.5}}},
    "MessengerText": {**page, "text": "Hello", "messenger": {"category": "message_tag", "tag": "ACCOUNT_UPDATE"}},
    "MessengerImage": {**page, "image": media("a.jpg")},
    "MessengerAudio": {**page, "audio": media("a.mp3")},
    "MessengerVideo": {**page, "video": media("a.mp4")},
    "MessengerFile": {**page, "file": media("a.pdf")},
    "ViberText": {**viber, "text": "Hello", "viber_service": {"category": "promotion", "ttl": 600}},
    "ViberImage": {**viber, "image": media("a.jpg")},
    "ViberVideo": {
        **viber,
        "video": media("a.mp4", thumb_url="https://example.com/a.jpg"),
        "viber_service": {"duration": "12", "file_size": "3"},
    },
    "ViberFile": {**viber, "file": media("a.pdf", name="a.pdf")},
}
offered = {
    name for name, kind in inspect.getmembers(models, inspect.isclass)
    if issubclass(kind, models.BaseMessage) and kind is not models.BaseMessage
}
assert offered == set(messages), f"offered and not sent, or the other way round: {offered ^ set(messages)}"


def client(**credentials):
    options = HttpClientOptions(api_host=f"localhost:{front.server_port}", timeout=20)
    return Vonage(Auth(**credentials), options).messages


basic = {"api_key": ready["api_key"], "api_secret": ready["api_secret"]}
jwt = {"application_id": ready["application_id"], "private_key": ready["private_key_path"]}
sent, failures = [], []
for credentials in (basic, jwt):
    messenger = client(**credentials)
    for name, members in messages.items():
        try:
            sent.append(messenger.send(getattr(models, name)(**members)).message_uuid)
        except HttpRequestError as error:
            failures.append(f"{name}: {error}")
assert not failures, failures


def refused(call):
    try:
        call()
    except (AuthenticationError, HttpRequestError) as error:
        return error.response.status_code
    raise AssertionError("it was accepted")


text = models.Sms(**phones, text="Hello")
assert refused(lambda: client(**{**basic, "api_secret": "wrong"}).send(text)) == 401
assert refused(lambda: client(**{**jwt, "application_id": "11111111-2222-4333-8444-555555555555"}).send(text)) == 401
long = models.ViberText(**viber, text="Hello", client_ref="order-17")
long.client_ref = "x" * 101
assert refused(lambda: client(**basic).send(long)) == 422

end = time.time() + 30
while not all(any(body["message_uuid"] == uuid and body["status"] == "delivered" for _, body in webhooks) for uuid in sent):
    assert time.time() < end, "not every message was delivered in time"
    time.sleep(0.02)
for token, _ in webhooks:
    assert verify_signature(token, ready["signature_secret"])
    assert not verify_signature(token, "another-secret-of-thirty-two-bytes")
print(f"{len(messages)} kinds of message, {len(sent)} sent, {len(webhooks)} webhooks verified")
