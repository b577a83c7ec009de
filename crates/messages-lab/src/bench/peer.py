"""The official Python SDK as a contender: see contender.rs for what it reads and writes."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from requests.adapters import HTTPAdapter
from vonage import Auth, HttpClientOptions, Vonage
from vonage_messages import Sms

base, scheme, key_path = sys.argv[1:4]
if scheme == "jwt":
    auth = Auth(application_id="5c2e8f6e-0f3c-4a3e-9d3b-2f1f0d8b7a61", private_key=key_path)
else:
    auth = Auth(api_key="a1b2c3d4", api_secret="secret")
client = Vonage(auth, HttpClientOptions(api_host=base.removeprefix("http://"), pool_maxsize=256))


class Plain(HTTPAdapter):
    """The SDK knows https only, and what is measured here is not TLS."""

    def send(self, request, **options):
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, **options)


client.http_client._session.mount("https://", Plain(pool_connections=1, pool_maxsize=256))


class Start:
    """Where all loops begin together, so that no time is counted in which some of them do not run yet."""

    def __init__(self, concurrency):
        self.barrier = Barrier(concurrency, action=self.now)

    def now(self):
        self.time = time.perf_counter()


def loop(start, seconds):
    """One message after the other, at least one."""
    start.barrier.wait()
    times = []
    before = time.perf_counter()
    while not times or before < start.time + seconds:
        message = Sms(to="447700900000", from_="447700900001", text="Your table is free at 8")
        assert len(client.messages.send(message).message_uuid) == 36
        after = time.perf_counter()
        times.append((after - before) * 1e6)
        before = after
    return times


print("ready", flush=True)
with ThreadPoolExecutor(256) as pool:
    for line in sys.stdin:
        concurrency, milliseconds = map(int, line.split())
        start = Start(concurrency)
        loops = [pool.submit(loop, start, milliseconds / 1000) for _ in range(concurrency)]
        times = sorted(sample for each in loops for sample in each.result())
        seconds = time.perf_counter() - start.time
        at = lambda share: times[min(len(times) - 1, int(len(times) * share))]
        print(len(times), seconds, f"{at(0.5):.1f}", f"{at(0.99):.1f}", flush=True)
