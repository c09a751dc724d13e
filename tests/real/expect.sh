# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# What tests of real programs share: the configurations, the input, and how what a program does is compared.
. "$VMTAX_SRC/tests/check.lib"

monitor=$1/vmtax-monitor
configs="native hosted bare-metal"
LC_ALL=C
TZ=UTC
export LC_ALL TZ

! without_kvm "real programs in virtual machines" || configs=native

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

# told NAME [FILE...]: of a program in config, by the command before. Why is in the files (none: out and err).
as_stated=
all=
told() {
	if [ $? -eq 0 ]; then
		echo "ok $config-$1"
		as_stated="$as_stated $config"
	else
		name=$1
		shift
		[ $# -gt 0 ] || set -- out err
		echo "not ok $config-$name: status $status: $(tail -qc 200 "$@" | tr '\n\r' '||')"
	fi
	all="$all $config"
}

# tally: in how many programs did as stated, in each configuration, and under which KVM.
tally() {
	kvm=$(cd /sys/module && ls -d kvm_pvm kvm_amd kvm_intel 2>/dev/null | head -n 1)
	for config in $configs; do
		echo "$config $(echo "$as_stated" | grep -ow -e "$config" | wc -l) of $(echo "$all" | grep -ow -e "$config" | wc -l)"
	done | paste -sd, | sed "s/^/# as stated under ${kvm:-no KVM}: /; s/,/, /g"
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
		[ $status -eq "$want" ] && [ "$(cat out)" = "$text" ]
		told "$name"
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
