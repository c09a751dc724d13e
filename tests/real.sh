#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Programs people use, as their distribution ships them, natively and in virtual machines: each must print what is
# stated here, and end as stated, so that what fails alike everywhere does not pass.

src=${VMTAX_SRC:-$(cd "$(dirname "$0")/.." && pwd)}
monitor=$1/vmtax-monitor
configs="native hosted bare-metal"
LC_ALL=C
TZ=UTC
export LC_ALL TZ

if ! { [ -r /dev/kvm ] && [ -w /dev/kvm ]; }; then
	echo "skip real programs in virtual machines: /dev/kvm is missing, or not ours to use"
	configs=native
fi

# run CONFIG PROGRAM ARGUMENT...: stdout and stderr in out and err, the exit code in status. stdin is the caller's.
run() {
	config=$1
	shift
	if [ "$config" = native ]; then
		timeout 60 "$@" >out 2>err
	else
		"$monitor" --config "$config" --memory 192M --timeout 60s -- "$@" >out 2>err
	fi
	status=$?
	sed -i '/ fell back to /d' err # not every machine has every value
}

# expect NAME STATUS TEXT PROGRAM ARGUMENT...: in each configuration. stdin is the file stdin.
expect() {
	name=$1
	want=$2
	text=$3
	shift 3
	program=$(PATH=/usr/local/bin:/usr/bin:/bin command -v "$1") || {
		echo "skip $name: $1 is not installed"
		return
	}
	shift
	for config in $configs; do
		run "$config" "$program" "$@" <stdin
		if [ $status -eq "$want" ] && [ "$(cat out)" = "$text" ]; then
			echo "ok $config-$name"
		else
			echo "not ok $config-$name: status $status, printed $(head -c 200 out | tr '\n' '|')" \
				"$(head -c 200 err | tr '\n' '|')"
		fi
	done
}

# The text all work on: 2000 lines, of which awk and the shell know the sums.
awk 'BEGIN { for (i = 1; i <= 2000; i++) print (i * 7919) % 2003, "word" i % 17, i }' >text
sort -n text >sorted
: >stdin
mkdir -p tree/a/b
echo one >tree/a/1
echo two >tree/a/b/2
ln -s a/1 tree/link

# busybox: an applet a line, its expected status, its arguments, and what it prints.
while IFS='|' read -r applet want arguments text; do
	# The words of arguments are the applet's.
	# shellcheck disable=SC2086
	expect "busybox-$applet" "$want" "$(printf '%b' "$text")" busybox "$applet" $arguments
done <<'E2'
true|0||
false|1||
echo|0|hello world|hello world
basename|0|/usr/lib/file.c .c|file
dirname|0|/usr/lib/file.c|/usr/lib
cat|0|tree/a/1 tree/a/b/2|one\ntwo
head|0|-n 2 text|1910 word1 1\n1817 word2 2
tail|0|-n 1 sorted|2002 word8 280
wc|0|-l text|2000 text
cut|0|-c 2 tree/a/1|n
sort|0|-nc sorted|
uniq|0|-c tree/a/1|      1 one
grep|0|-c word3 text|118
seq|0|3|1\n2\n3
expr|0|6 + 36|42
factor|0|1001|1001: 7 11 13
md5sum|0|tree/a/1|5bbf5a52328e7439ae6e719dfe712200  tree/a/1
sha1sum|0|tree/a/1|c7059bb19433cc3cabaa6236c83d56668a843dd2  tree/a/1
sha256sum|0|tree/a/1|2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806  tree/a/1
cmp|1|tree/a/1 tree/a/b/2|tree/a/1 tree/a/b/2 differ: char 1, line 1
find|0|tree -type f -size -2|tree/a/b/2\ntree/a/1
ls|0|-1 tree|a\nlink
readlink|0|tree/link|a/1
stat|0|-c %s-%F tree/a/1|4-regular file
test|0|-f tree/a/1|
od|0|-An -tx1 tree/a/1| 6f 6e 65 0a
hexdump|0|-C tree/a/1|00000000  6f 6e 65 0a                                       |one.|\n00000004
base64|0|tree/a/1|b25lCg==
rev|0|tree/a/1|eno
tac|0|tree/a/1|one
fold|0|-w 2 tree/a/1|on\ne
nl|0|tree/a/1|     1\tone
xxd|0|tree/a/1|00000000: 6f6e 650a                                one.
uname|0|-s|Linux
expand|0|tree/a/1|one
paste|0|tree/a/1 tree/a/b/2|one\ttwo
tr|0|a b|
sed|0|-n 3p text|1724 word3 3
awk|0|{s+=$1}END{print(s)} text|2004724
date|0|-u -d @86400 +%F-%T|1970-01-02-00:00:00
sleep|0|0.01|
touch|0|tree/a/1|
printf|0|%05d 42|00042
dd|0|if=text bs=4 count=1|1910
tar|0|-cf made.tar tree|
E2

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
		if [ $status -eq 0 ] && cmp -s out text && [ "$(wc -c <packed)" -lt "$(wc -c <text)" ] &&
			"$tool" -dc <packed 2>/dev/null | cmp -s - text; then
			echo "ok $config-$program"
		else
			echo "not ok $config-$program: status $status: $(head -c 200 err)"
		fi
	done
done

# Processes: pipelines, subshells, children that end badly, a build, a repository.
cp text stdin
expect bash 0 "118 7
inner 03
word3 3" bash --norc -c '
n=$(grep -c word3); (exit 7); echo "$n $?"
(echo inner; exit 3) | while read -r w; do echo "$w ${PIPESTATUS[0]}3"; done
seq 5 | sed -n 3p | while read -r i; do echo "word$i $i"; done' 
expect perl-fork 0 "child 0
parent 5" perl -e '$| = 1; pipe(R, W); if (!($p = fork)) { print W "child $$x\n"; exit 5 } close W; $l = <R>; $l =~ s/ .*/ 0/; print $l; waitpid $p, 0; print "parent ", $? >> 8, "\n"'
mkdir -p code
printf 'int two(void);\nint main(void) { return two() - 2; }\n' >code/main.c
printf 'int two(void) { return 2; }\n' >code/two.c
printf 'prog: main.o two.o\n\tgcc -o $@ $^\n%%.o: %%.c\n\tgcc -c -o $@ $<\n' >code/Makefile
for config in $configs; do
	rm -f code/*.o code/prog
	run $config /usr/bin/make -s -j2 -C code <stdin
	if [ $status -eq 0 ] && [ ! -s err ] && code/prog; then echo "ok $config-make"; else
		echo "not ok $config-make: status $status: $(head -c 300 out err)"; fi
done
if command -v git >/dev/null; then
	(cd code && git init -q && git add main.c two.c && git -c user.name=a -c user.email=a@b commit -qm first &&
		echo '/* two */' >>two.c && git -c user.name=a -c user.email=a@b commit -qam second) >said 2>&1
	expect git-log 0 "second
first" git -C code log --format=%s
	expect git-grep 0 "two.c:2:/* two */" git -C code grep -n 'two \*'
	expect git-status 0 "?? Makefile
?? main.o
?? prog
?? two.o" git -C code status --short
fi

# Figures differ from run to run; what is measured, and that it ends well, does not.
: >stdin
for test in "cpu --cpu-max-prime=2000" "memory --memory-total-size=64M" "threads --threads=2"; do
	command -v sysbench >/dev/null || { echo "skip sysbench: not installed" && break; }
	for config in $configs; do
		# shellcheck disable=SC2086
		run $config "$(command -v sysbench)" $test --time=1 --events=200 run <stdin
		if [ $status -eq 0 ] && grep -q 'total number of events: *[1-9]' out && grep -q '99th\|95th' out; then
			echo "ok $config-sysbench-${test%% *}"
		else
			echo "not ok $config-sysbench-${test%% *}: status $status: $(tail -n 3 out | tr '\n' '|')"
		fi
	done
done

# A server in the guest, its clients outside, over a UNIX socket.
if command -v redis-server >/dev/null && command -v redis-cli >/dev/null; then
	for config in $configs; do
		set -- redis-server --port 0 --unixsocket "$PWD/redis" --save '' --dir "$PWD"
		[ $config = native ] ||
			set -- "$monitor" --config $config --memory 256M --timeout 60s -- "$(command -v redis-server)" \
				--port 0 --unixsocket "$PWD/redis" --save '' --dir "$PWD"
		"$@" >served 2>&1 &
		server=$!
		for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			[ "$(redis-cli -s redis ping 2>/dev/null)" = PONG ] && break
			sleep 0.1
		done
		redis-benchmark -s redis -q -n 2000 -c 5 -t set,get,lpush >bench 2>&1
		said=$(for i in 1 2 3; do redis-cli -s redis incrby n $i; done; redis-cli -s redis llen mylist)
		redis-cli -s redis shutdown nosave >/dev/null 2>&1
		if wait $server && [ "$said" = "1
3
6
2000" ] && [ "$(tr '\r' '\n' <bench | grep -c '^[A-Z]*: [0-9.]* requests per second')" -eq 3 ]; then
			echo "ok $config-redis"
		else
			echo "not ok $config-redis: $said $(tail -n 3 served | tr '\n' '|') $(tail -c 200 bench)"
		fi
		kill $server 2>/dev/null || : # it has ended already
	done
else
	echo "skip redis: redis-server or redis-cli is not installed"
fi
