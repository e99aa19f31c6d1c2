#!/usr/bin/python3
"""The ear and mouth of a SIPp customer: plays one tone over RTP and reports which tones it hears.

    tone_peer.py --local 30000 --remote 127.0.0.1:20000 --hz 440 --seconds 20 --report heard.jsonl

SIPp does the signalling and starts this with the address that was negotiated (tests/sipp/tone_customer.xml).
Each half second one JSON line: {"at": seconds, "packets": n, "level": rms, "hz": strongest tone, "share": percent
of the energy that lies on it}. It ends by itself after --seconds, or when its pid file goes (--while-exists).
"""
import argparse
import json
import math
import os
import socket
import struct
import sys
import time

from tones import DECODE, FRAME, RATE, mulaw_encode, share_of

PROBES = [300, 350, 440, 523, 600, 700, 800, 880, 1000, 1200, 1400, 1600, 1800, 2000]


def describe(samples):
    level = math.sqrt(sum(x * x for x in samples) / len(samples)) if samples else 0.0
    if level < 50:
        return {"level": round(level), "hz": 0, "share": 0}
    share, hz = max((share_of(samples, hz), hz) for hz in PROBES)
    return {"level": round(level), "hz": hz, "share": round(100 * share)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--local", type=int, required=True)
    parser.add_argument("--remote", required=True)
    parser.add_argument("--hz", type=float, required=True)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--report", required=True)
    parser.add_argument("--while-exists", default="")
    arguments = parser.parse_args()
    host, port = arguments.remote.split(":")
    remote = (host, int(port))
    media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    media.bind(("127.0.0.1", arguments.local))
    # A whole number of periods is kept by running phase, not by table.
    phase, step = 0.0, 2 * math.pi * arguments.hz / RATE
    sequence, timestamp, ssrc = 1, 0, os.getpid()
    heard, packets = [], 0
    start = time.monotonic()
    next_frame, next_report = start, start + 0.5
    with open(arguments.report, "a", encoding="ascii", buffering=1) as report:
        while time.monotonic() - start < arguments.seconds:
            if arguments.while_exists and not os.path.exists(arguments.while_exists):
                break
            media.settimeout(max(0.001, next_frame - time.monotonic()))
            try:
                data = media.recv(2048)
                if len(data) > 12 and data[0] >> 6 == 2 and data[1] & 0x7F == 0:
                    packets += 1
                    heard.extend(DECODE[b] for b in data[12:])
            except (TimeoutError, ConnectionError):
                pass
            now = time.monotonic()
            while now >= next_frame:
                frame = bytearray()
                for _ in range(FRAME):
                    frame.append(mulaw_encode(int(8000 * math.sin(phase))))
                    phase += step
                header = struct.pack("!BBHII", 0x80, 0, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
                try:
                    media.sendto(header + frame, remote)
                except OSError:
                    pass
                sequence, timestamp, next_frame = sequence + 1, timestamp + FRAME, next_frame + 0.02
            if now >= next_report:
                report.write(json.dumps({"at": round(now - start, 2), "packets": packets, **describe(heard)}) + "\n")
                heard, packets, next_report = [], 0, next_report + 0.5
    return 0


if __name__ == "__main__":
    sys.exit(main())
