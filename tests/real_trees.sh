#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Programs that make other processes, and one that serves others, as their distribution ships them, natively and in
# virtual machines: each must print what is stated here, and end as stated.

. "$VMTAX_SRC/tests/real/expect.sh"

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
: >stdin
expect python3-subprocess 0 "3 b'hi\\n' b'3\\n' missing x 4" python3 -I -c '
import os, subprocess
def missing():
    try:
        subprocess.run(["/nonexistent"])
    except FileNotFoundError:
        return "missing"
print(subprocess.run(["sh", "-c", "exit 3"]).returncode, subprocess.check_output(["echo", "hi"]),
      subprocess.run("seq 3 | sort -r | head -n 1", shell=True, capture_output=True).stdout, missing(),
      os.popen("echo x").read().strip(), os.system("exit 4") >> 8)'
expect python3-threads-subprocess 0 "[0, 1, 2, 3] 5" python3 -I -c '
import os, subprocess, threading
done = []
def run(i):
    done.append(int(subprocess.run(["sh", "-c", "exit %d" % i]).returncode))
threads = [threading.Thread(target=run, args=(i,)) for i in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
def fork():
    pid = os.fork()
    if pid == 0:
        os._exit(5)
    done.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
thread = threading.Thread(target=fork)
thread.start(); thread.join()
print(sorted(done[:4]), done[4])'
mkdir -p code
printf 'int two(void);\nint main(void) { return two() - 2; }\n' >code/main.c
printf 'int two(void) { return 2; }\n' >code/two.c
printf 'prog: main.o two.o\n\tgcc -o $@ $^\n%%.o: %%.c\n\tgcc -c -o $@ $<\n' >code/Makefile
for config in $configs; do
	rm -f code/*.o code/prog
	run $config /usr/bin/make -s -j2 -C code <stdin
	[ $status -eq 0 ] && [ ! -s err ] && code/prog
	told make
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

# A server in the guest, its clients outside, over a UNIX socket.
if command -v redis-server >/dev/null && command -v redis-cli >/dev/null; then
	for config in $configs; do
		set -- redis-server --port 0 --unixsocket "$PWD/redis" --save '' --dir "$PWD"
		[ $config = native ] ||
			set -- "$monitor" --config $config --memory 256M --timeout 60s -- "$(command -v redis-server)" \
				--port 0 --unixsocket "$PWD/redis" --save '' --dir "$PWD"
		"$@" >served 2>&1 &
		server=$!
		for try in $(seq 100); do
			[ "$(redis-cli -s redis ping 2>/dev/null)" = PONG ] && break
			sleep 0.1
		done
		redis-benchmark -s redis -q -n 2000 -c 5 -t set,get,lpush >bench 2>&1
		said=$(for i in 1 2 3; do redis-cli -s redis incrby n $i; done; redis-cli -s redis llen mylist)
		redis-cli -s redis shutdown nosave >/dev/null 2>&1
		wait $server
		status=$?
		echo "$said" >said
		[ $status -eq 0 ] && [ "$said" = "1
3
6
2000" ] && [ "$(tr '\r' '\n' <bench | grep -c '^[A-Z]*: [0-9.]* requests per second')" -eq 3 ]
		told redis said served bench
		kill $server 2>/dev/null || : # it has ended already
	done
else
	echo "skip redis: redis-server or redis-cli is not installed"
fi
tally
