"""The real server and the real sandbox as processes, and their REST interface as a person's browser would use it."""
import os
import pathlib
import queue
import random
import re
import signal
import socket
import ssl
import subprocess
import threading
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("CARILLON_BINARY", str(ROOT / "build/dev/src/server/carillon"))
SETUP_CODE = "black-box"
PASSWORD = "a-long-password"
FINAL = {"answered", "agent_unavailable", "busy", "no_answer", "rejected", "dropped", "machine", "connection_error", "error"}


def free_ports(count):
    """Ports that are free for both UDP and TCP on loopback right now, below the range of outgoing connections."""
    found = []
    while len(found) < count:
        port = random.randrange(10_000, 19_000)
        try:
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        if port not in found:
            found.append(port)
    return found


def eventually(condition, seconds=60, every=0.05, what="the condition"):
    """Waits until condition() is true and returns its value."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(every)
    raise AssertionError(f"{what} did not come true within {seconds} s")


class Process:
    """A child whose output is kept; ended by close() at the latest."""

    def __init__(self, arguments, environment=None):
        self.lines = []
        self._new = queue.Queue()
        self.child = subprocess.Popen(
            [BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, **(environment or {})})
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.child.stdout:
            self.lines.append(line.rstrip("\n"))
            self._new.put(line)

    def output(self):
        return "\n".join(self.lines)

    def wait_for(self, pattern, seconds=60):
        """The first line that matches, as a match; fails when the process ends without it."""
        deadline = time.monotonic() + seconds
        seen = 0
        while True:
            while seen < len(self.lines):
                match = re.search(pattern, self.lines[seen])
                seen += 1
                if match:
                    return match
            if self.child.poll() is not None and not self._reader.is_alive() and seen == len(self.lines):
                raise AssertionError(f"ended with {self.child.returncode} before {pattern!r}:\n{self.output()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"no {pattern!r} within {seconds} s:\n{self.output()}")
            time.sleep(0.02)

    def wait(self, seconds=60):
        status = self.child.wait(seconds)
        self._reader.join(5)
        return status

    def terminate(self, seconds=60):
        self.child.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self):
        self.child.kill()
        return self.wait()

    def close(self):
        if self.child.poll() is None:
            self.kill()


class Sandbox(Process):
    def __init__(self, *arguments, environment=None):
        super().__init__(["sandbox", "--port", "0", *arguments], environment)
        self.port = int(self.wait_for(r"SIP over UDP and TCP on 127\.0\.0\.1:(\d+)").group(1))


class Carillon(Process):
    """`carillon serve` in a data folder; made again on the same folder it is a restart."""

    def __init__(self, data, *arguments, ports=None, environment=None, log_level="info"):
        self.data = pathlib.Path(data)
        self.ports = ports or free_ports(5)
        https, trunk, trunk_tls, phone, phone_tls = self.ports
        super().__init__(
            ["serve", "--data", str(data), "--http-address", "127.0.0.1", "--https-port", str(https),
             "--telephony-address", "127.0.0.1", "--trunk-port", str(trunk), "--trunk-tls-port", str(trunk_tls),
             "--phone-port", str(phone), "--phone-tls-port", str(phone_tls), "--agent-port", "0",
             "--log-level", log_level, *arguments],
            {"CARILLON_SETUP_CODE": SETUP_CODE, **(environment or {})})
        self.https_port, self.phone_port = https, phone
        self.url = f"https://127.0.0.1:{https}"

    def started(self):
        self.wait_for(r"Carillon is running: https://")
        return self

    def resident_kb(self):
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1))


class Refused(Exception):
    """The API answered with an error."""

    def __init__(self, status, body):
        self.status = status
        self.error = body.get("error", {}) if isinstance(body, dict) else {}
        super().__init__(f"{status} {self.error or body}")


class Api:
    """One person's browser: cookie, CSRF token, JSON."""

    judge = None  # judge(method, path, answer) fails when an answer is not as openapi.yaml says; conftest.py sets it

    def __init__(self, server):
        self.url = server.url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = self.certificate = str(server.data / "tls/certificate.pem")
        self.csrf = ""

    def call(self, method, path, json=None, **options):
        headers = {"X-CSRF-Token": self.csrf, **options.pop("headers", {})}
        while True:
            answer = self.session.request(method, f"{self.url}/api/v1{path}", json=json, headers=headers, timeout=30, **options)
            if answer.status_code != 429:
                break
            time.sleep(min(5, float(answer.headers.get("Retry-After", 1))))
        if Api.judge:
            Api.judge(method, f"/api/v1{path}".split("?")[0], answer)
        body = None
        if answer.content and answer.headers.get("Content-Type", "").startswith("application/json"):
            body = answer.json()
        if answer.status_code >= 400:
            raise Refused(answer.status_code, body)
        return body if body is not None else answer

    def get(self, path, **query):
        return self.call("GET", path, params=query)

    def post(self, path, **body):
        return self.call("POST", path, json=body)

    def patch(self, path, **body):
        return self.call("PATCH", path, json=body)

    def delete(self, path):
        return self.call("DELETE", path)

    def all(self, path, **query):
        """Every item of a list."""
        items = []
        while True:
            page = self.get(path, offset=len(items), limit=1000, **query)
            items += page["items"]
            if len(items) >= page["total"] or not page["items"]:
                return items

    def set_up(self):
        answer = self.post("/setup", setup_code=SETUP_CODE, username="admin", name="Admin", password=PASSWORD, domain="localhost")
        self.csrf = answer["csrf_token"]
        return self

    def sign_in(self, username, password=PASSWORD):
        self.csrf = self.post("/session", username=username, password=password)["csrf_token"]
        return self

    def upload_csv(self, text, name="leads.csv"):
        return self.call("POST", "/uploads", params={"name": name}, data=text.encode(), headers={"Content-Type": "text/csv"})


class Presence(threading.Thread):
    """The agent's WebSocket: being connected is being there. Answers pings, offers nothing."""

    def __init__(self, api):
        super().__init__(daemon=True)
        port = int(api.url.rsplit(":", 1)[1])
        context = ssl.create_default_context(cafile=api.certificate)
        self.socket = context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=30), server_hostname="127.0.0.1")
        cookies = "; ".join(f"{c.name}={c.value}" for c in api.session.cookies)
        self.socket.sendall((
            f"GET /api/v1/agent/line HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {api.url}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: {cookies}\r\n\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head:
            part = self.socket.recv(1)
            if not part:
                break
            head += part
        assert b" 101 " in head.split(b"\r\n")[0], head.decode(errors="replace")
        self.socket.settimeout(None)
        self.start()

    def _take(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise ConnectionError
            data += part
        return data

    def run(self):
        try:
            while True:
                first, second = self._take(2)
                size = second & 127
                if size == 126:
                    size = int.from_bytes(self._take(2), "big")
                body = self._take(size)
                if first & 15 == 9:  # ping
                    mask = b"\0\0\0\0"
                    self.socket.sendall(bytes([0x8A, 0x80 | len(body)]) + mask + body)
                if first & 15 == 8:
                    return
        except (OSError, ValueError):
            pass

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
