#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# The tests that ask something of KVM once more, on the code paths of hardware virtualization: QEMU's TCG emulates a
# processor with SVM and nested paging, in it runs Debian's cloud kernel with kvm_amd, and under that the guests of
# vmtax. Nothing is installed: the kernel's package is unpacked once into BUILD/svm, and the tests go along as the
# initial RAM file system, with the packages of the programs they run.
# The clock there counts instructions, so nothing times out because this machine is slow or busy: two machines of one
# processor each share the tests, may take VMTAX_SVM_SECONDS (0: they are left out), and what they do not get to is
# skipped. Where that is not set and others keep this machine busy, all is, as it would take minutes for little.

build=$1
src=${VMTAX_SRC:-$(cd "$(dirname "$0")/.." && pwd)}
lane=$build/svm
seconds=${VMTAX_SVM_SECONDS:-345}
silence=150 # seconds there without a line from a program: it hangs

tests_1=${VMTAX_SVM_TESTS:-real_trees real}
tests_2=
[ "${VMTAX_SVM_TESTS-}" ] ||
	tests_2="guest programs knobs hostile test_config test_probe_kvm_stats test_probe_session events account account_trace"
packages="mount e2fsprogs procps busybox-static binutils gcc libc6-dev make git perl python3 sqlite3 zstd xz-utils
	lz4 bzip2 gawk bc jq lua5.4 openssl redis-server redis-tools sysbench"

# busy: whether others had more than half of all cores during two seconds.
busy() {
	{ head -n 1 /proc/stat && sleep 2 && head -n 1 /proc/stat; } | awk '
		{ idle = $5 + $6 - idle; all = $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9 - all }
		END { exit idle > all / 2 }'
}

skip() {
	echo "skip svm: $1"
	exit 0
}

# fetch OPTION...: the newest cloud kernel, unpacked.
fetch() {
	package=$(apt-cache "$@" depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
	[ -n "$package" ] && apt-get -q "$@" download "$package" && dpkg-deb -x "$package"_*.deb kernel
}

# files: the packages' and those of all they depend on, but for what no test reads.
files() {
	essential=$(dpkg-query -W -f '${Essential} ${Package}\n' | sed -n 's/^yes //p')
	apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
		--no-enhances $packages $essential | grep '^[a-z0-9]' | sort -u | xargs dpkg-query -L |
		grep -vE '^/\.|^/usr/share/(doc|man|info|locale|lintian)/|/lto1$|lto-dump|san\.so|/gconv/|/CORE/|gprofng'
	find /usr/bin -lname '/etc/alternatives/*'
	[ -z "$qemu" ] || { echo "$qemu" && find /usr/share/qemu /usr/share/seabios -name 'bios-microvm.bin' -o -name 'pvh.bin' \
		-o -name 'qboot.rom' -o -name 'linuxboot*.bin' -o -name 'kvmvapic.bin'; }
	find /etc/alternatives /etc/passwd /etc/group
}

# Another monitor, for tests that watch one.
qemu=$(command -v qemu-system-x86_64 | xargs -r readlink -f)

# libraries: those of the programs that are tested, wherever they were linked with.
libraries() {
	for program in "$build/vmtax" "$build"/tests/test_* $qemu; do
		[ -x "$program" ] && ldd "$program" | awk '$3 ~ /^\// { print $3 }'
	done | sort -u | while read -r library; do
		echo "$library"
		readlink -f "$library"
	done
}

# root: the directory root. /bin and its like are links there, as the packages expect.
root() {
	mkdir -p root/usr/bin root/usr/sbin root/usr/lib root/usr/lib64 root/modules root/vmtax/build/tests
	mkdir root/dev root/proc root/sys root/tmp
	for folder in bin sbin lib lib64; do ln -s usr/$folder root/$folder; done
	{ files && libraries; } 2>/dev/null | sort -u | tar -c --no-recursion -T - 2>/dev/null | tar -x --keep-directory-symlink -C root
	find "$lane/kernel/lib/modules" -name '*.ko' | grep -E '/(irqbypass|kvm|kvm-amd|loop)\.ko$' |
		xargs -I{} cp {} root/modules/
	cp -r "$src/tests" root/vmtax/
	for what in vmtax vmtax-monitor vmtax-kernel workloads examples sets; do cp -r "$build/$what" root/vmtax/build/; done
	cp -r "$build/tests/guest" root/vmtax/build/tests/
	for test in $tests_1 $tests_2; do [ -e "$src/tests/$test.sh" ] || cp "$build/tests/$test" root/vmtax/build/tests/; done
	cp "$src/tests/svm/init.sh" root/init
	chmod +x root/init
}

[ "$seconds" -gt 0 ] || skip "VMTAX_SVM_SECONDS is 0"
[ "${VMTAX_SVM_SECONDS-}" ] || ! busy || skip "this machine is busy: try make check-svm when it is not"
for program in qemu-system-x86_64 cpio; do
	command -v $program >/dev/null || skip "$program is not installed"
done
[ "$(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo)" -gt 6000000 ] ||
	skip "QEMU's machines take 5 GiB of memory, which is not free"
! grep -q __asan_init "$build/vmtax-monitor" || skip "a monitor under AddressSanitizer is too slow there"

# Where apt has no lists, or old ones, it gets some of its own.
if ! [ -d "$lane/kernel" ]; then
	rm -rf "$lane"
	mkdir -p "$lane" lists/partial
	wait="-o Acquire::Retries=0 -o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15"
	own="$wait -o Dir::State::Lists=$PWD/lists"
	{ fetch $wait || { apt-get -q $own update && fetch $own; }; } >said 2>&1 ||
		skip "linux-image-cloud-amd64 cannot be fetched: $(tail -n 1 said)"
	mv kernel "$lane/fetched" && mv "$lane/fetched" "$lane/kernel"
fi
root
(cd root && find . | cpio --quiet -o -H newc) >initrd
rm -rf root

# machine N PROGRAM...: boots the Nth, which runs the programs. Unknown parameters of the kernel are init's environment.
machine() {
	n=$1
	shift
	touch "$lane/results.$n" "$lane/console.$n"
	timeout --foreground "$seconds" qemu-system-x86_64 -accel tcg -icount shift=3,sleep=off -cpu EPYC,+svm,+npt \
		-m 2560 -display none -monitor none -no-reboot -kernel "$lane"/kernel/boot/vmlinuz-* -initrd initrd \
		-append "console=ttyS0 quiet panic=-1 tsc=reliable programs=$(echo "$*" | tr -s '[:space:]' ,)" \
		-serial "file:$lane/console.$n" -serial "file:$lane/results.$n" </dev/null 2>"$lane/said.$n"
	echo $? >"ended.$n"
}

# told N PROGRAM...: what the Nth machine said.
told() {
	n=$1
	shift
	awk -v tests="$*" -v stopped="$([ "$(cat "ended.$n")" -ne 124 ] || echo "$seconds")" -v silence=$silence \
		-f "$src/tests/svm/tell.awk" "$lane/results.$n" | tee told
	! grep -q '^not ok' told || cat "$lane/said.$n" "$lane/console.$n" | tail -n 20 >&2
}

rm -f "$lane"/results.* "$lane"/console.*
machine 1 $tests_1 &
[ -z "$tests_2" ] || machine 2 $tests_2 &
wait
told 1 $tests_1
[ -z "$tests_2" ] || told 2 $tests_2
