"""Agents' desk phones: register with digest, answer, play a tone, tell what they hear. One thread for all of them."""
import hashlib
import math
import pathlib
import random
import re
import select
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "media"))
from tones import DECODE, FRAME, RATE, mulaw_encode, share_of  # noqa: E402


def header(message, name):
    match = re.search(rf"^{name}\s*:\s*(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    return match.group(1) if match else ""


class DeskPhone:
    """One phone. Its functions may be called by any thread; the bank's thread moves the packets."""

    def __init__(self, username, password, server_port, tone_hz=0):
        self.username, self.password, self.server_port = username, password, server_port
        self.sip = self._socket()
        self.rtp = self._socket()
        self.tone_hz = tone_hz
        self.registered = threading.Event()
        self.refused = 0
        self.in_call = False
        self.calls = 0
        self.packets = 0
        self.heard = []  # the last two seconds
        self._lock = threading.Lock()
        self._remote = None
        self._cseq = 0
        self._call_id = f"reg-{random.getrandbits(48):x}@phone"
        self._phase, self._sequence, self._timestamp = 0.0, 0, 0
        self._dialog = ""
        self._invites = set()

    @staticmethod
    def _socket():
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", 0))
        made.setblocking(False)
        return made

    @property
    def port(self):
        return self.sip.getsockname()[1]

    def _send(self, text):
        try:
            self.sip.sendto(text.encode(), ("127.0.0.1", self.server_port))
        except OSError:
            pass

    def register(self, authorization=""):
        self._cseq += 1
        self._send(
            f"REGISTER sip:127.0.0.1:{self.server_port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{random.getrandbits(60):x};rport\r\n"
            f"From: <sip:{self.username}@127.0.0.1>;tag=r{self.port}\r\nTo: <sip:{self.username}@127.0.0.1>\r\n"
            f"Call-ID: {self._call_id}\r\nCSeq: {self._cseq} REGISTER\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:{self.username}@127.0.0.1:{self.port}>\r\nExpires: 300\r\n{authorization}Content-Length: 0\r\n\r\n")

    def _authorize(self, challenge):
        values = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
        realm, nonce = values["realm"], values["nonce"]
        uri = f"sip:127.0.0.1:{self.server_port}"

        def md5(text):
            return hashlib.md5(text.encode()).hexdigest()
        ha1, ha2 = md5(f"{self.username}:{realm}:{self.password}"), md5(f"REGISTER:{uri}")
        line = f'Authorization: Digest username="{self.username}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
        if "auth" in values.get("qop", ""):
            line += f', qop=auth, nc=00000001, cnonce="abcd", response="{md5(f"{ha1}:{nonce}:00000001:abcd:auth:{ha2}")}"'
        else:
            line += f', response="{md5(f"{ha1}:{nonce}:{ha2}")}"'
        if "opaque" in values:
            line += f', opaque="{values["opaque"]}"'
        return line + "\r\n"

    def _answer(self, request, status, body="", contact=True):
        lines = [f"SIP/2.0 {status}"]
        lines += [f"Via: {v}" for v in re.findall(r"^Via\s*:\s*(.*?)\r?$", request, re.MULTILINE | re.IGNORECASE)]
        lines += [f"Record-Route: {v}" for v in re.findall(r"^Record-Route\s*:\s*(.*?)\r?$", request, re.MULTILINE | re.IGNORECASE)]
        to = header(request, "To")
        if "tag=" not in to:
            to += f";tag=p{self.port}"
        lines += [f"From: {header(request, 'From')}", f"To: {to}", f"Call-ID: {header(request, 'Call-ID')}",
                  f"CSeq: {header(request, 'CSeq')}"]
        if contact:
            lines.append(f"Contact: <sip:{self.username}@127.0.0.1:{self.port}>")
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        self._send("\r\n".join(lines) + "\r\n\r\n" + body)

    def on_sip(self):
        try:
            message = self.sip.recv(65536).decode(errors="replace")
        except OSError:
            return
        if message.startswith("SIP/2.0 "):
            if "REGISTER" not in header(message, "CSeq"):
                return
            status = int(message[8:11])
            if status == 401:
                if self.refused < 5:
                    self.refused += 1
                    self.register(self._authorize(header(message, "WWW-Authenticate")))
            elif status == 200:
                self.refused = 0
                self.registered.set()
            return
        method = message.split(" ", 1)[0]
        if method == "INVITE":
            self._on_invite(message)
        elif method == "BYE":
            self._answer(message, "200 OK")
            self.in_call, self._remote = False, None
        elif method == "CANCEL":
            self._answer(message, "200 OK")
        elif method == "OPTIONS":
            self._answer(message, "200 OK")

    def _on_invite(self, message):
        sdp = message.split("\r\n\r\n", 1)[1] if "\r\n\r\n" in message else ""
        address = re.search(r"^c=IN IP4 ([0-9.]+)", sdp, re.MULTILINE)
        port = re.search(r"^m=audio (\d+)", sdp, re.MULTILINE)
        if header(message, "Call-ID") not in self._invites:
            self._invites.add(header(message, "Call-ID"))
            self.calls += 1
            self._answer(message, "180 Ringing")
        body = (f"v=0\r\no=phone 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                f"m=audio {self.rtp.getsockname()[1]} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
                f"a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n")
        self._answer(message, "200 OK", body)
        if address and port:
            self._remote = (address.group(1), int(port.group(1)))
        self.in_call = True

    def on_rtp(self):
        try:
            data = self.rtp.recv(2048)
        except OSError:
            return
        if len(data) > 12 and data[1] & 0x7F == 0:
            with self._lock:
                self.packets += 1
                self.heard = (self.heard + [DECODE[b] for b in data[12:]])[-2 * RATE:]

    def on_frame(self):
        remote = self._remote  # another thread may take it away
        if not remote:
            return
        frame = bytearray()
        step = 2 * math.pi * self.tone_hz / RATE
        for _ in range(FRAME):
            frame.append(mulaw_encode(int(8000 * math.sin(self._phase))) if self.tone_hz else 0xFF)
            self._phase += step
        packet = struct.pack("!BBHII", 0x80, 0, self._sequence & 0xFFFF, self._timestamp & 0xFFFFFFFF, self.port)
        self._sequence += 1
        self._timestamp += FRAME
        try:
            self.rtp.sendto(packet + frame, remote)
        except OSError:
            pass

    def forget_sound(self):
        with self._lock:
            self.heard = []

    def hears(self, hz, share=0.8, samples=RATE // 2):
        """Whether the last half second is mostly this tone."""
        with self._lock:
            recent = self.heard[-samples:]
        return len(recent) == samples and share_of(recent, hz) >= share

    def loudest(self):
        """The greatest sample that is still remembered, 0 to 32767."""
        with self._lock:
            return max(map(abs, self.heard), default=0)


class PhoneBank(threading.Thread):
    """Moves the packets of every phone that was added. `with PhoneBank() as bank:`"""

    def __init__(self):
        super().__init__(daemon=True)
        self.phones = []
        self._stop_requested = False

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._stop_requested = True
        self.join()
        for phone in self.phones:
            phone.sip.close()
            phone.rtp.close()

    def add(self, username, password, server_port, tone_hz=0):
        phone = DeskPhone(username, password, server_port, tone_hz)
        self.phones = [*self.phones, phone]
        return phone

    def register_all(self, seconds=30):
        """(Again) after a start of the server."""
        deadline = time.monotonic() + seconds
        for phone in self.phones:
            phone.registered.clear()
            phone.in_call, phone._remote, phone.refused = False, None, 0
        while not all(phone.registered.is_set() for phone in self.phones):
            assert time.monotonic() < deadline, "the phones could not register"
            for phone in self.phones:
                if not phone.registered.is_set():
                    phone.register()
            time.sleep(0.3)

    def run(self):
        next_frame = time.monotonic()
        while not self._stop_requested:
            sockets = {}
            for phone in self.phones:
                sockets[phone.sip] = phone.on_sip
                sockets[phone.rtp] = phone.on_rtp
            ready, _, _ = select.select(list(sockets), [], [], max(0.0, next_frame - time.monotonic()))
            for one in ready:
                sockets[one]()
            now = time.monotonic()
            while now >= next_frame:
                for phone in self.phones:
                    if phone.tone_hz:
                        phone.on_frame()
                next_frame += 0.02
