from __future__ import annotations

import io
import wave

import httpx

from makeasync import AsyncClient, CallPlusTracking
from makeasync.sandbox import Sandbox, serve
from makeasync.sandbox.network.recordings import recording_name


async def test_the_link_of_a_recorded_call_leads_to_a_sound() -> None:
    sandbox = Sandbox()
    with serve(sandbox) as url:
        async with AsyncClient("john@gmail.com", "marilyn", base_url=url) as client:
            receipt = await client.call_plus(from_="33639980000", to="33639989900", duration=2, engage=True)
            sandbox.clock.advance(600)
            tracking = await client.get_tracking(receipt.id)
        assert isinstance(tracking, CallPlusTracking)
        assert tracking.record_link
        assert tracking.record_link.startswith(url)
        async with httpx.AsyncClient() as http:
            heard = await http.get(tracking.record_link)
            for name in ("nobody.wav", f"{receipt.id}-nobody.wav", f"{receipt.id}"):
                assert (await http.get(f"{url}_sandbox/recordings/{name}")).status_code == 404
            sandbox.clock.reset()
            assert (await http.get(tracking.record_link)).status_code == 404, "they are still talking"
    assert heard.headers["Content-Type"] == "audio/wav"
    with wave.open(io.BytesIO(heard.content)) as sound:
        assert sound.getnframes() == sound.getframerate() == 8_000
        assert len(set(sound.readframes(100))) > 2


def test_recording_is_named_after_the_id() -> None:
    name = recording_name(id_="abcdefghijkl16", seed=0)
    assert name.startswith("abcdefghijkl16-")
    assert name.endswith(".wav")
    assert len(name) == len("abcdefghijkl16-abcdefgh.mp3")
    assert name == recording_name(id_="abcdefghijkl16", seed=0) != recording_name(id_="abcdefghijkl16", seed=1)
