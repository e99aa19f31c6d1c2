"""Every message of the event stream is as events.yaml says."""
import asyncio
import json
import ssl

import contract
import websockets


def test_stream(admin, client, person):
    token = admin.made("/tokens", {"name": "stream", "role": "supervisor"})["token"]
    program = client(token)
    live = program.get("/live").json()
    bob = person("bob", "agent")
    campaign = admin.made("/campaigns", {"name": "Stream", "type": "auto", "source_statuses": ["New"],
                                         "agent_ids": [bob.user["id"]]})["id"]
    admin.patch(f"/campaigns/{campaign}", {"active": True})
    leadset = admin.made("/leadsets", {"name": "Stream", "campaign_id": campaign})["id"]
    admin.made(f"/leadsets/{leadset}/leads", {"phone": "+442079460777"})
    assert bob.post("/agent/session", {"campaign_id": campaign}).status_code == 201
    wanted = {"hello", "agent", "agent_gone", "campaign", "figures", "lead_stats", "record_changed", "presence"}
    seen, last = set(), live["seq"]

    async def read():
        nonlocal last
        bob_is_there = True
        insecure = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        insecure.check_hostname, insecure.verify_mode = False, ssl.CERT_NONE
        url = f"{admin.server.url.replace('https', 'wss')}/api/v1/events?epoch={live['epoch']}&after={live['seq']}"
        async with websockets.connect(url, ssl=insecure, extra_headers={"Authorization": f"Bearer {token}"}) as socket:
            # Bob's browser watches too, and so is seen to be online.
            cookie = "; ".join(f"{c.name}={c.value}" for c in bob.session.cookies)
            own = await websockets.connect(url.split("?")[0], ssl=insecure, origin=admin.server.url, extra_headers={"Cookie": cookie})
            while not wanted <= seen:
                frame = json.loads(await asyncio.wait_for(socket.recv(), 30))
                assert isinstance(frame, list) and frame
                for message in frame:
                    contract.check_message(message)
                    seen.add(message["type"])
                    if "data" in message:
                        assert message["seq"] == last + 1
                        last = message["seq"]
                # Figures come a few times a second, so who leaves at once is in none of them.
                if bob_is_there and "figures" in seen:
                    bob_is_there = False
                    assert bob.delete("/agent/session").status_code == 204
            await own.close()

    asyncio.run(read())
    assert "resync" not in seen
    admin.patch(f"/campaigns/{campaign}", {"active": False})
