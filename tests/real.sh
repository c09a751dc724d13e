#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Programs people use, as their distribution ships them, natively and in virtual machines: each must print what is
# stated here, and end as stated, so that what fails alike everywhere does not pass. Those that make other processes
# or serve others are in real_trees.sh.

. "$VMTAX_SRC/tests/real/expect.sh"

# busybox: an applet a line, its expected status, its arguments, and what it prints.
while IFS='|' read -r applet want arguments text; do
	# The words of arguments are the applet's.
	# shellcheck disable=SC2086
	expect "busybox-$applet" "$want" "$(printf '%b' "$text")" busybox "$applet" $arguments
done <"$VMTAX_SRC/tests/real/busybox.applets"

# sqlite3 on a file: a transaction of 100,000 rows, an index, and what was rolled back gone.
cat >stdin <<'E2'
PRAGMA journal_mode=delete;
CREATE TABLE t(id INTEGER PRIMARY KEY, k INTEGER, s TEXT);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
INSERT INTO t SELECT i, i * 7919 % 1009, 'row ' || i FROM n;
CREATE INDEX by_k ON t(k);
COMMIT;
BEGIN; DELETE FROM t WHERE k < 500; ROLLBACK;
UPDATE t SET s = 'changed' WHERE k = 7;
SELECT count(*), sum(id), sum(length(s)) FROM t;
SELECT count(*) FROM t WHERE k = 7 AND s = 'changed';
PRAGMA integrity_check;
DROP TABLE t;
E2
expect sqlite3 0 "delete
100000|5000050000|888708
99
ok" sqlite3 -batch base.db

cp text stdin
digest=$(sha256sum <text | cut -d' ' -f1)
expect sha256sum 0 "$digest  -" sha256sum
expect openssl-sha256 0 "SHA2-256(stdin)= $digest" openssl dgst -sha256
expect openssl-r 0 "$digest *text" openssl dgst -sha256 -r text
expect b2sum 0 "$(b2sum text)" b2sum text
expect sort 0 "$(cat sorted)" sort -n
expect sort-parallel 0 "$(cat sorted)" sort -n --parallel=2
expect wc 0 " 2000  6000 $(stat -c %s text) text" wc text
expect cut 0 "$(awk '{ print $2 }' text)" cut -d' ' -f2
expect ls 0 "a
link" ls tree
expect ls-missing 2 "" ls nosuch
expect uniq 0 "$(awk '{ n[$2]++ } END { for (i = 0; i < 17; i++) print n["word" i] + 0 }' text)" \
	gawk '{ n[$2]++ } END { for (i = 0; i < 17; i++) print n["word" i] }'
expect gawk-math 0 "2004724 3.1416 HELLO" \
	gawk '{ s += $1 } END { printf "%d %.4f %s\n", s, atan2(0, -1), toupper("hello") }'
expect perl 0 "2000 118 3628800" perl -e 'while (<STDIN>) { $n++; $m++ if /word3/ } $f = 1; $f *= $_ for 1..10; print "$n $m $f\n"'
expect perl-die 7 "" perl -e '$! = 7; die "no\n"'
expect python3 0 '{"digest": "'"$digest"'", "lines": 2000} [0, 1, 4]' python3 -I -c '
import hashlib, json, sys
data = sys.stdin.buffer.read()
print(json.dumps({"digest": hashlib.sha256(data).hexdigest(), "lines": data.count(b"\n")}, sort_keys=True), [i * i for i in range(3)])'
expect python3-exception 1 "" python3 -I -c 'raise ValueError("no")'
expect python3-files 0 "1000 499500" python3 -I -c '
import os, tempfile
with tempfile.TemporaryDirectory() as d:
    for i in range(1000):
        with open(os.path.join(d, str(i)), "w") as f:
            f.write(str(i))
    print(len(os.listdir(d)), sum(int(open(os.path.join(d, n)).read()) for n in os.listdir(d)))'
expect python3-sockets 0 "b'ping' [1]" python3 -I -c '
import select, socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
c = socket.create_connection(s.getsockname()); t, _ = s.accept()
e = select.epoll(); e.register(t.fileno(), select.EPOLLIN); c.sendall(b"ping")
print(t.recv(9), [mask for fd, mask in [(1, 1)]] if not e.poll(0) else "late")'
expect python3-threads 0 "45 10" python3 -I -c '
import threading
done, lock = [], threading.Lock()
def add(i):
    with lock:
        done.append(i)
threads = [threading.Thread(target=add, args=(i,)) for i in range(10)]
[t.start() for t in threads]; [t.join() for t in threads]
print(sum(done), len(done))'
expect python3-fifo 0 "met" python3 -I -c '
import os, tempfile, threading
with tempfile.TemporaryDirectory() as d:
    os.mkfifo(d + "/f")
    writer = threading.Thread(target=lambda: open(d + "/f", "w").write("met"))
    writer.start()
    print(open(d + "/f").read())
    writer.join()'
expect lua 0 "5050	10" lua5.4 -e 'local s = 0 for i = 1, 100 do s = s + i end print(s, (#"abcdefghij"))' 
echo '2^200; scale=20; 4*a(1)' >stdin
expect bc 0 "1606938044258990275541962092341162602522202993782792835301376
3.14159265358979323844" bc -ql
echo '{"a": [1, 2, {"b": "x"}], "c": null}' >stdin
expect jq 0 '[6,"x",["a","c"]]' jq -c '[(.a[0:2] | add * 2), .a[2].b, keys]'

# What is compressed in one place is decompressed in another, and is the same.
cp text stdin
for program in "zstd -q" "zstd -q -T2" xz "xz -T2" lz4 bzip2 gzip; do
	tool=${program%% *}
	for config in $configs; do
		# shellcheck disable=SC2086
		command -v "$tool" >/dev/null || { echo "skip $program: not installed" && break; }
		path=$(command -v "$tool")
		options=$(echo "$program" | cut -s -d' ' -f2-)
		# shellcheck disable=SC2086
		run $config "$path" $options -c <text && mv out packed && [ $status -eq 0 ] && run $config "$path" -d -c <packed
		[ $status -eq 0 ] && cmp -s out text && [ "$(wc -c <packed)" -lt "$(wc -c <text)" ] &&
			"$tool" -dc <packed 2>/dev/null | cmp -s - text
		told "$program" err
	done
done

# Figures differ from run to run; what is measured, and that it ends well, does not.
: >stdin
for config in $configs; do
	command -v openssl >/dev/null || { echo "skip openssl-speed: not installed" && break; }
	run $config "$(command -v openssl)" speed -seconds 1 -bytes 1024 md5 sha256 <stdin
	said=$(awk '/^type/ { rows = 1 } rows { print $1, $2 ~ /^[1-9][0-9]*\.[0-9]*k$/ ? "figure" : $2 }' out)
	[ $status -eq 0 ] && [ "$said" = "type 1024
md5 figure
sha256 figure" ] && [ "$(grep -c '^Doing [a-z0-9]* .*: [1-9][0-9]* .* in [0-9.]*s$' err)" -eq 2 ]
	told openssl-speed
done
for test in "cpu --cpu-max-prime=2000" "memory --memory-total-size=64M" "threads --threads=2"; do
	command -v sysbench >/dev/null || { echo "skip sysbench: not installed" && break; }
	for config in $configs; do
		# shellcheck disable=SC2086
		run $config "$(command -v sysbench)" $test --time=1 --events=200 run <stdin
		[ $status -eq 0 ] && grep -q 'total number of events: *[1-9]' out && grep -q '99th\|95th' out
		told "sysbench-${test%% *}" out
	done
done
tally
