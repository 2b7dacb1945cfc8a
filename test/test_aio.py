"""The asyncio face: the same links, awaited."""

import asyncio
import gc
import os
import threading

import numpy as np
import pytest
from network_peers import DEADLINE_S, RawPeer, text
from polling import eventually

from igtl_ros2 import aio, connect, serve
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status, StatusCode
from igtl_ros2.errors import ConfigError, PeerError, PeerTimeoutError

LOCAL = 'tcp://127.0.0.1:0'


def run(coroutine):
    """Run a test's coroutine, and see that it leaves no task behind."""

    async def alone():
        result = await asyncio.wait_for(coroutine, 2 * DEADLINE_S)
        await asyncio.sleep(0)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, left
        return result

    return asyncio.run(alone())


def test_messages_go_both_ways_in_one_loop():
    async def both():
        async with aio.serve(LOCAL) as server, aio.connect(str(server.address)) as client:
            client.send(text('up'))
            peer, message = await server.receive(DEADLINE_S)
            assert message.text == 'up'
            peer.send(text('down'))
            assert (await client.receive(DEADLINE_S)).text == 'down'
            assert client.state == 'connected' and server.state == 'listening'
        assert client.state == server.state == 'closed'

    before = threading.active_count()
    run(both())
    assert threading.active_count() == before


def test_no_thread_is_started_and_no_descriptor_is_left():
    async def many():
        async with aio.serve(LOCAL) as server:
            for number in range(20):
                async with aio.connect(str(server.address)) as client:
                    client.send(text(number))
                    await server.receive(DEADLINE_S)
            assert {t.name for t in threading.enumerate() if t.name == 'igtl-network'} == set()

    gc.collect()
    before = len(os.listdir('/proc/self/fd'))
    run(many())
    gc.collect()
    assert len(os.listdir('/proc/self/fd')) == before


def test_iteration_ends_with_the_link_and_gives_what_came_before():
    async def iterate():
        server = await aio.serve(LOCAL)
        client = await aio.connect(str(server.address), reconnect=False)
        await server.wait_connected(DEADLINE_S)
        for number in range(5):
            server.send(text(number), hold=False)
        await server.flush(DEADLINE_S)
        await server.close()
        got = [message.text async for message in client]
        assert client.state == 'ended'
        await client.close()
        return got

    assert run(iterate()) == list('01234')


def test_messages_end_after_a_while_and_the_link_goes_on():
    async def collect():
        async with aio.serve(LOCAL) as server, aio.connect(str(server.address)) as client:
            await server.wait_connected(DEADLINE_S)
            server.send(text('first'))
            assert [m.text async for m in client.messages(0.3)] == ['first']
            client.send(text('up'))
            assert [m.text async for _, m in server.messages(0.3)] == ['up']
            server.send(text('second'))
            assert [m.text async for m in client.messages(0.0)] == []
            assert (await client.receive(DEADLINE_S)).text == 'second'

    run(collect())


def test_flush_of_a_closed_link_says_so():
    async def flush():
        async with aio.serve(LOCAL) as server:
            await server.flush()
        with pytest.raises(PeerError, match='the link is closed'):
            await server.flush()

    run(flush())


def test_a_time_out_loses_no_message():
    async def late():
        async with aio.serve(LOCAL) as server, aio.connect(str(server.address)) as client:
            await server.wait_connected(DEADLINE_S)
            with pytest.raises(PeerTimeoutError, match='no message within 0.01 s'):
                await client.receive(0.01)
            waiting = asyncio.create_task(client.receive())
            await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            server.send(text('kept'))
            assert (await client.receive(DEADLINE_S)).text == 'kept'

    run(late())


def test_several_wait_at_once():
    async def wait():
        async with aio.serve(LOCAL) as server, aio.connect(str(server.address)) as client:
            waiting = [asyncio.create_task(server.receive(DEADLINE_S)) for _ in range(10)]
            for number in range(10):
                client.send(text(number, device=f'{number}'))
            got = {message.text for _, message in await asyncio.gather(*waiting)}
            assert got == set('0123456789')

    run(wait())


def test_a_reader_that_is_slow_makes_the_peer_wait_and_loses_nothing():
    async def slow():
        async with aio.serve(LOCAL, queue_messages=5) as server:
            async with aio.connect(str(server.address), queue_messages=5000) as client:
                for number in range(2000):
                    client.send(text(number))
                await asyncio.sleep(0.05)
                return [(await server.receive(DEADLINE_S))[1].text for _ in range(2000)]

    assert run(slow()) == list(map(str, range(2000)))


def test_both_faces_talk_to_each_other():
    pixels = np.random.default_rng(0).integers(0, 255, (40, 500, 500), np.uint8)

    async def ask(url):
        async with aio.connect(url) as client:
            client.send(Image(pixels, device_name='CT'))
            return (await client.receive(DEADLINE_S)).text

    with serve(LOCAL) as server:
        answering = threading.Thread(
            target=lambda: server.receive(DEADLINE_S)[0].send(text('got it')), daemon=True
        )
        answering.start()
        assert run(ask(str(server.address))) == 'got it'

    async def answer():
        async with aio.serve(LOCAL) as server:
            loop = asyncio.get_running_loop()

            def blocking():
                with connect(str(server.address)) as client:
                    client.send(text('from a thread'))
                    return client.receive(DEADLINE_S).text

            asking = loop.run_in_executor(None, blocking)
            peer, message = await server.receive(DEADLINE_S)
            peer.send(text(f'{message.text}, answered'))
            assert await asking == 'from a thread, answered'

    run(answer())


def test_nobody_there():
    async def lonely():
        with pytest.raises(PeerError, match='Connection refused'):
            await aio.connect('tcp://127.0.0.1:1', timeout_s=0.1)
        with pytest.raises(PeerError, match='Connection refused'):
            async with aio.connect('tcp://127.0.0.1:1', reconnect=False):
                raise AssertionError('not there')

    run(lonely())


def test_an_address_in_use_and_wrong_options():
    async def wrong():
        async with aio.serve(LOCAL) as server:
            with pytest.raises(PeerError, match='Address already in use'):
                await aio.serve(str(server.address))
        with pytest.raises(ConfigError, match='chek_crc'):
            aio.connect('tcp://127.0.0.1:1', chek_crc=True)
        with pytest.raises(ConfigError, match='reconnect: found with mode server'):
            aio.serve(LOCAL, reconnect=False)

    run(wrong())


def test_callbacks_run_in_the_loop():
    async def listen():
        loop = asyncio.get_running_loop()
        threads, got = set(), loop.create_future()

        def on_message(peer, message):
            threads.add(threading.current_thread())
            got.set_result((peer, message.text))

        async with aio.serve(LOCAL, on_message=on_message) as server:
            async with aio.connect(str(server.address)) as client:
                client.send(text('hello'))
                peer, words = await asyncio.wait_for(got, DEADLINE_S)
                assert (words, threads) == ('hello', {threading.current_thread()})
                assert peer in server.peers

    run(listen())


def test_leaving_with_an_error_closes_and_lets_the_error_through():
    async def leave():
        with pytest.raises(ZeroDivisionError):
            async with aio.serve(LOCAL) as server:
                raw = RawPeer(server.address)
                await server.wait_connected(DEADLINE_S)
                raise ZeroDivisionError
        await asyncio.get_running_loop().run_in_executor(None, raw.wait_closed)
        raw.socket.close()
        assert server.peers == []

    run(leave())


def test_a_client_comes_back():
    async def again():
        server = await aio.serve(LOCAL)
        url = str(server.address)
        async with aio.connect(url, reconnect_delay=0.02, reconnect_max_delay=0.1) as client:
            client.send(text('held'))
            assert (await server.receive(DEADLINE_S))[1].text == 'held'
            await server.close()
            await eventually(lambda: not client.peers)
            server = await aio.serve(url)
            assert (await server.receive(DEADLINE_S))[1].text == 'held'
            await eventually(lambda: client.reconnects == 1)
        await server.close()

    run(again())


def test_a_slow_coroutine_gets_what_holds_now_and_no_more_than_the_limits():
    async def talk():
        go, got, running, cancelled = asyncio.Event(), [], [], []
        async with aio.serve(LOCAL) as server:
            async with aio.connect(str(server.address), queue_messages=10) as client:
                async def slow(message):
                    running.append(message)
                    assert len(running) == 1
                    try:
                        await go.wait()
                    except asyncio.CancelledError:
                        cancelled.append(message.text)
                        raise
                    got.append(running.pop())

                client.on('Probe')(slow)
                server.send(Transform.from_translation((0, 0, 0), device_name='Probe'))
                while not running:
                    await asyncio.sleep(0.002)
                for number in range(1, 51):
                    server.send(
                        Transform.from_translation((number, 0, 0), device_name='Probe'))
                    server.send(text(number, 'Probe'))
                server.send(Status(StatusCode.EMERGENCY, device_name='Probe'))
                await server.flush()
                while client.peers[0].received['STATUS'] == 0:
                    await asyncio.sleep(0.002)
                go.set()
                while not (got and getattr(got[-1], 'text', '') == '50'):
                    await asyncio.sleep(0.002)
                assert [m.type_name for m in got[:2]] == ['TRANSFORM', 'STATUS']
                assert len(got) <= 12 and not running
                assert client.facts['messages not taken'] >= 40
                go.clear()
                server.send(text('last', 'Probe'))
                while not running:
                    await asyncio.sleep(0.002)
            assert cancelled == ['last'], 'close ends what is being handled'

    asyncio.run(talk())
