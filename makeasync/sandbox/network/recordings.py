"""Recordings: the audio file behind the link of a call+.

Here live its sound and its name. It is a second of a tone: nobody spoke.
"""

from __future__ import annotations

import io
import math
import string
import wave
from functools import cache

from makeasync.sandbox.network.timelines import dice_of

__all__ = ["RECORDINGS_PATH", "id_of_recording", "recording_name", "sound"]

RECORDINGS_PATH = "/_sandbox/recordings/"
_RATE, _TONE = 8_000, 440


@cache
def sound() -> bytes:
    """A second of the tone a line has, as WAV, 8 kHz, 8 bits."""
    samples = bytes(128 + round(40 * math.sin(2 * math.pi * _TONE * index / _RATE)) for index in range(_RATE))
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(1)
        written.setframerate(_RATE)
        written.writeframes(samples)
    return file.getvalue()


def id_of_recording(name: str) -> str:
    """The id of the call+ whose recording would be called so."""
    return name.partition("-")[0]


def recording_name(*, id_: str, seed: int) -> str:
    """The file name of a call+'s recording."""
    return f"{id_}-{''.join(dice_of(seed, id_, 'recording').choices(string.ascii_lowercase, k=8))}.wav"
