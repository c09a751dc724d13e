# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
"""What each workload must print and write: a second implementation, which programs.expected was made with.

usage: programs.py INPUT; prints programs.expected. A line is: command|ops|stdout|file written|its SHA-256.
"""
import hashlib
import struct
import sys

MASK = (1 << 64) - 1
SUM = 0xCBF29CE484222325
PRIME = 0x100000001B3
data = open(sys.argv[1], "rb").read()


def randoms(state):
    """xorshift64* of Vigna 2016."""
    while True:
        state ^= state >> 12
        state = (state ^ (state << 25)) & MASK
        state ^= state >> 27
        yield state * 0x2545F4914F6CDD1D & MASK


def fnv(content, total=SUM):
    for byte in content:
        total = (total ^ byte) * PRIME & MASK
    return total


def words(content):
    return struct.unpack("<%dQ" % (len(content) // 8), content[: len(content) // 8 * 8])


def show(command, ops, total, path="", content=b""):
    digest = hashlib.sha256(content).hexdigest() if path else ""
    print("%s|%d|%s %016x|%s|%s" % (command, ops, command.split()[0], total, path, digest))


def cpu_int(steps):
    draw = randoms(88172645463325252)
    show("cpu-int %d" % steps, steps, sum(next(draw) >> 7 for _ in range(steps)) & MASK)


def cpu_float(n):
    a, b = ([(next(draw) >> 40) / (1 << 24) for _ in range(n * n)] for draw in (randoms(1), randoms(2)))
    c = [0.0] * (n * n)
    for i in range(n):
        for j in range(n):
            for k in range(n):
                c[i * n + j] += a[i * n + k] * b[k * n + j]
    show("cpu-float %d 1" % n, n**3, fnv(struct.pack("<%dd" % (n * n), *c)))


def mem_stream(size):
    n = size // 24
    a = [0.0] * n
    for _ in range(10):
        a = [float(i) + 3 * float(i % 7) + a[i] / 2 for i in range(n)]
    show("mem-stream %d" % size, 10 * n, fnv(struct.pack("<%dd" % n, *a)))


def mem_chase(size, steps):
    n, draw, at, total = size // 64, randoms(42), 0, SUM
    to = list(range(n))
    for i in range(n - 1, 0, -1):
        j = next(draw) % i
        to[i], to[j] = to[j], to[i]
    for _ in range(steps):
        at = to[at]
        total = (total + at) & MASK
    show("mem-chase %d %d" % (size, steps), steps, total)


def page_touch(size):
    show("page-touch %d" % size, size // 4096, fnv(bytes(i % 256 for i in range(size // 4096))))


def file_seq(passes):
    total, reads = SUM, 0
    for _ in range(passes):
        for at in range(0, len(data), 65536):
            reads += 1
            for word in words(data[at : at + 65536])[::8]:
                total = (total ^ word) * PRIME & MASK
    show("file-seq input.txt %d" % passes, reads, total)


def file_rand(reads):
    total, draw = SUM, randoms(3)
    for _ in range(reads):
        at = next(draw) % (len(data) // 4096) * 4096
        block = words(data[at : at + 4096])
        total = (total ^ block[0] ^ block[-1]) * PRIME & MASK
    show("file-rand input.txt %d" % reads, reads, total)


def file_sync(writes):
    draw, total, out = randoms(5), SUM, b""
    for _ in range(writes):
        block = struct.pack("<512Q", *(next(draw) for _ in range(512)))
        total = fnv(block[:8], total)
        out += block
    show("file-sync sync.bin %d" % writes, writes, total, "sync.bin", out)


def log(lines):
    draw = randoms(9)
    out = b"".join(b"%08d request %016x served\n" % (i, next(draw)) for i in range(lines))
    show("log log.txt %d" % lines, lines, fnv(out), "log.txt", out)


def kv(changes):
    draw, total, store, out = randoms(11), SUM, {}, b""
    for _ in range(changes):
        key, value = 1 + next(draw) % 32768, next(draw)
        store[key] = value
        out += struct.pack("<QQ", key, value)
        for _ in range(2):
            total = (total ^ store.get(1 + next(draw) % 32768, 0)) * PRIME & MASK
    show("kv kv.log %d" % changes, 3 * changes, total, "kv.log", out)


def pack():
    last, out, at, start, n = {}, b"", 0, 0, len(data)

    def emit(literals, match, distance):
        code = match - 3 if match else 0
        return bytes((len(literals), code)) + literals + struct.pack("<H", distance & 0xFFFF)

    while at + 4 < n:
        slot = (int.from_bytes(data[at : at + 4], "little") * 2654435761 & 0xFFFFFFFF) >> 18
        candidate, match = last.get(slot, 0), 0
        last[slot] = at
        if candidate < at and at - candidate <= 65535:
            while match < min(n - at, 255) and data[candidate + match] == data[at + match]:
                match += 1
        if match >= 4 or at - start == 255:
            match = match if match >= 4 else 0
            out += emit(data[start:at], match, at - candidate)
            at += match
            start = at
        else:
            at += 1
    for at in range(start, n, 255):
        out += emit(data[at : at + 255], 0, 0)
    show("pack input.txt packed.bin", n, fnv(out), "packed.bin", out)


cpu_int(100000)
cpu_float(48)
mem_stream(65536)
mem_chase(1048576, 20000)
page_touch(1048576)
show("syscall 2000", 2000, 2000)
show("clock 200", 200, 200)
file_seq(2)
file_rand(500)
file_sync(8)
log(300)
kv(600)
pack()
