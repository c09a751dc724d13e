# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# Fleets sized by what they used over time: a series of 1 GB is read in bounded memory.

# series_plan MEBIBYTES: plans with a series of so many, of 1000 VMs; "seconds" and "mib" to $work/series.MEBIBYTES.
series_plan() {
	awk -v bytes=$(($1 * 1048576)) 'BEGIN {
		print "timestamp,vm,cpu,memory,iops,net_mb_s"
		for (t = 0; written < bytes; t++)
			for (v = 0; v < 1000; v++) {
				row = sprintf("%d,vm%d,%.3f,%.2f,%.1f,%.2f", 1893456000 + 60 * t, v, 1 + v % 7 / 10, 4 + v % 5, t % 9, v % 13)
				print row
				written += length(row) + 1
			}
	}' >"$work/series.csv" || return
	echo 'host,cores,memory,cost
box,64,512,1000' >"$work/series.hosts"
	python3 -c 'import os, resource, sys, time
begin = time.monotonic()
status = os.spawnv(os.P_WAIT, sys.argv[1], sys.argv[1:])
print("seconds,%g" % (time.monotonic() - begin))
print("mib,%g" % (resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024))
sys.exit(status)' "$build/vmtax" plan --series "$work/series.csv" --hosts "$work/series.hosts" --out "$work/series" --csv \
		2>/dev/null | grep -E '^(seconds|mib),' >"$work/series.$1"
	rm -f "$work/series.csv"
}

# planned TABLE NAME: "value value value" of its name.
planned() {
	awk -F, -v name="$2" '$1 == name { print $2, $2, $2 }' "$work/$1"
}

measure_series() {
	series_plan 100 && series_plan 1024
}

show_series() {
	figure "memory to plan with a series of 1 GiB" MiB "$(planned series.1024 mib)" '<=' 300
	figure "the same with 100 MiB of it" MiB "$(planned series.100 mib)"
	figure "seconds for 1 GiB" s "$(planned series.1024 seconds)"
}
