"""Tones over PCMU: G.711's mu-law (ITU-T G.711) and how much of a sound lies on one frequency."""
import math

RATE, FRAME = 8000, 160


def mulaw_encode(sample):
    sign = 0x80 if sample < 0 else 0
    sample = min(abs(sample), 32635) + 132
    exponent = sample.bit_length() - 8
    return ~(sign | exponent << 4 | (sample >> (exponent + 3)) & 15) & 0xFF


def mulaw_decode(byte):
    byte = ~byte & 0xFF
    value = (((byte & 15) << 3) + 132 << (byte >> 4 & 7)) - 132
    return -value if byte & 0x80 else value


DECODE = [mulaw_decode(b) for b in range(256)]


def share_of(samples, hz):
    """Goertzel: the share of the energy on one frequency, 0 to 1."""
    coefficient = 2 * math.cos(2 * math.pi * hz / RATE)
    s1 = s2 = energy = 0.0
    for x in samples:
        s1, s2 = x + coefficient * s1 - s2, s1
        energy += x * x
    return 2 * (s1 * s1 + s2 * s2 - coefficient * s1 * s2) / (energy * len(samples)) if energy else 0.0
