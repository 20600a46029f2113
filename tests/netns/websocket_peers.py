#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""WebSocket peers, by python3-websockets.

    websocket_peers.py serve HOST PORT                    echoes; logs who each connection is of
    websocket_peers.py echo URL CA HEADER-FILE MESSAGES   sends messages of all sizes, compares, closes
    websocket_peers.py stay URL CA HEADER-FILE            says "open", goes on talking until it is cut
"""
import asyncio
import pathlib
import random
import ssl
import sys

import websockets


def connection(url, ca, header_file):
    name, value = pathlib.Path(header_file).read_text().strip().split(": ", 1)
    return websockets.connect(
        url, ssl=ssl.create_default_context(cafile=ca), extra_headers={name: value}, max_size=None
    )


async def serve(host, port):
    async def talk(socket):
        fields = socket.request_headers
        told = "X-Api-Key" in fields or "Authorization" in fields
        print(f"user={fields['X-Auth-User']} tenant={fields['X-Auth-Tenant']} key={told}", flush=True)
        async for message in socket:
            await socket.send(message)

    async with websockets.serve(talk, host, int(port), max_size=None):
        await asyncio.Future()


async def echo(url, ca, header_file, count):
    chance = random.Random(7)
    async with connection(url, ca, header_file) as socket:
        sent = [chance.randbytes(int(2 ** chance.uniform(0, 20))) for _ in range(int(count))]

        async def say():
            for message in sent:
                await socket.send(message)

        speaking = asyncio.create_task(say())
        for message in sent:
            if await socket.recv() != message:
                sys.exit("another message came back")
        await speaking
        await (await socket.ping())
    print(f"closed {socket.close_code}")


async def stay(url, ca, header_file):
    try:
        async with connection(url, ca, header_file) as socket:
            await socket.send("hello")
            print("open" if await socket.recv() == "hello" else "astray", flush=True)
            while True:
                await socket.send("still here")
                await socket.recv()
                await asyncio.sleep(0.05)
    except websockets.ConnectionClosed as end:
        print(f"cut {end.rcvd}", flush=True)
    except websockets.InvalidStatusCode as refusal:
        print(f"refused {refusal.status_code}", flush=True)


asyncio.run({"serve": serve, "echo": echo, "stay": stay}[sys.argv[1]](*sys.argv[2:]))
