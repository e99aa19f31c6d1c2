"""rtpengine in user space, as the reference of relaying RTP: starts it and opens calls over its NG protocol."""
import re
import secrets
import socket
import subprocess
import time

from processes import free_port, start, stop


def _bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        raw = value.encode()
        return b"%d:%s" % (len(raw), raw)
    if isinstance(value, list):
        return b"l" + b"".join(map(_bencode, value)) + b"e"
    return b"d" + b"".join(_bencode(k) + _bencode(v) for k, v in sorted(value.items())) + b"e"


def _sdp(port):
    return ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n")


class Rtpengine:
    """One process. `threads`: its worker threads."""

    def __init__(self, scratch, threads=2, ports=(30000, 45000)):
        self.ng = ("127.0.0.1", free_port())
        self.log = scratch / "rtpengine.log"
        self.process = start(
            ["rtpengine", "--table=-1", "--interface=127.0.0.1", f"--listen-ng={self.ng[0]}:{self.ng[1]}", "--foreground",
             "--log-stderr", "--log-level=3", f"--num-threads={threads}", f"--port-min={ports[0]}", f"--port-max={ports[1]}",
             "--pidfile", scratch / "rtpengine.pid", "--config-file=none"],
            stdout=subprocess.DEVNULL, stderr=self.log.open("w"), stdin=subprocess.DEVNULL)
        time.sleep(1.5)
        if self.process.poll() is not None:
            raise SystemExit("rtpengine did not start:\n" + self.log.read_text()[-2000:])
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(5)

    def _ask(self, command):
        cookie = secrets.token_hex(4)
        self.socket.sendto(cookie.encode() + b" " + _bencode(command), self.ng)
        answer = self.socket.recv(65536).decode()
        port = re.search(r"m=audio (\d+) ", answer)
        if not port:
            raise SystemExit(f"rtpengine refused: {answer}")
        return int(port.group(1))

    def open_call(self, port_a, port_b):
        """Two endpoints on loopback; returns the ports that A and B send to."""
        call = secrets.token_hex(8)
        common = {"call-id": call, "from-tag": "a", "ICE": "remove", "flags": ["trust-address"], "replace": ["origin"]}
        for_b = self._ask({**common, "command": "offer", "sdp": _sdp(port_a)})
        for_a = self._ask({**common, "command": "answer", "to-tag": "b", "sdp": _sdp(port_b)})
        return for_a, for_b

    def stop(self):
        stop(self.process)
