"""What tests of captures share: a TCP connection written as a pcap or pcapng file."""

import struct

CLIENT, SERVER = ('10.0.0.1', 40000), ('10.0.0.2', 18944)
_RAW_IP = 101


def packet(source, target, sequence, payload=b'', flags=0x18):
    """One IPv4 packet with a TCP segment; checksums are omitted, as network cards do."""
    tcp = struct.pack(
        '>HHIIBBHHH', source[1], target[1], sequence & 0xFFFFFFFF, 1, 5 << 4, flags, 65535, 0, 0)
    size = 20 + len(tcp) + len(payload)
    addresses = [bytes(map(int, host.split('.'))) for host in (source[0], target[0])]
    ip = struct.pack('>BBHHHBBH', 0x45, 0, size, 0, 0, 64, 6, 0) + b''.join(addresses)
    return ip + tcp + payload


def datagram(payload, source=(SERVER[0], 5000), target=(CLIENT[0], 18944)):
    """One IPv4 packet with a datagram."""
    head = struct.pack('>HHHH', source[1], target[1], 8 + len(payload), 0)
    size = 20 + len(head) + len(payload)
    addresses = [bytes(map(int, host.split('.'))) for host in (source[0], target[0])]
    ip = struct.pack('>BBHHHBBH', 0x45, 0, size, 0, 0, 64, 17, 0) + b''.join(addresses)
    return ip + head + payload


def segments(data, cuts, first=1000):
    """The segments of a stream from the server to the client, cut there, as (sequence, bytes)."""
    edges = [0, *sorted(set(cuts)), len(data)]
    return [
        (first + start, data[start:stop]) for start, stop in zip(edges, edges[1:]) if stop > start
    ]


def server_says(data, cuts, server=SERVER):
    """The packets of a connection in which only the server speaks."""
    opened = [
        packet(CLIENT, server, 499, flags=2), packet(server, CLIENT, 999, flags=0x12),
        packet(CLIENT, server, 500, flags=0x10),
    ]
    return opened + [packet(server, CLIENT, at, part) for at, part in segments(data, cuts)]


def write_pcap(
    path, packets, start=1_700_000_000, step_ms=1, nano=False, order='<', times_ns=None
):
    """A pcap file, one packet each `step_ms` milliseconds, or at the times given."""
    magic, unit = (0xA1B23C4D, 10**9) if nano else (0xA1B2C3D4, 10**6)
    with open(path, 'wb') as file:
        file.write(struct.pack(order + 'IHHiIII', magic, 2, 4, 0, 0, 1 << 18, _RAW_IP))
        for number, data in enumerate(packets):
            at = start * unit + number * step_ms * unit // 1000
            if times_ns is not None:
                at = times_ns[number] * unit // 10**9
            file.write(struct.pack(order + 'IIII', *divmod(at, unit), len(data), len(data)) + data)


def write_pcapng(path, packets, start=1_700_000_000, step_ms=1, offset_s=0):
    """A pcapng file, times in nanoseconds, from so many seconds on."""
    def block(kind, body):
        body += b'\0' * (-len(body) % 4)
        size = struct.pack('<I', 12 + len(body))
        return struct.pack('<I', kind) + size + body + size

    with open(path, 'wb') as file:
        file.write(block(0x0A0D0D0A, struct.pack('<IHHq', 0x1A2B3C4D, 1, 0, -1)))
        resolution = struct.pack('<HHB3x', 9, 1, 9)
        if offset_s:
            resolution += struct.pack('<HHq', 14, 8, offset_s)
        resolution += struct.pack('<HH', 0, 0)
        file.write(block(1, struct.pack('<HHI', _RAW_IP, 0, 1 << 18) + resolution))
        for number, data in enumerate(packets):
            at = (start - offset_s) * 10**9 + number * step_ms * 10**6
            head = struct.pack('<IIIII', 0, at >> 32, at & 0xFFFFFFFF, len(data), len(data))
            file.write(block(6, head + data))
