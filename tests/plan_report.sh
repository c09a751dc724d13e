#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# What vmtax plan leaves behind: a page, tables that are described, and JSON of each.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

printf 'vm,count,class,cpu,memory,io,measured_on\nweb <b>,1,cpu,1,2,3,native\n' | sed 's/ <b>/<b>/' >fleet.csv
printf 'db,9,kv,0.2,4,3,native\n' >>fleet.csv
printf 'host,available,cores,memory,io,cost,host_os_licence,hypervisor_licence,power_w\nbox,90,8,64,100,1000,100,300,200\n' >hosts.csv
printf 'growth_month = 2%%\nenergy_price = 0.2\nspare_hosts = 1\ndemand_error = 10%%\n' >policy.ini
printf 'vm,host,count\nweb<b>,box-1,1\ndb,box-1,9\n' >today.csv
set -- --overhead "$VMTAX_SRC/model/examples/sample" --fleet fleet.csv --hosts hosts.csv --policy policy.ini --placement today.csv --what-if demand=20%
"$vmtax" plan "$@" --out plan >said 2>err
why="status $?: $(tail -n 1 err)"
[ -s plan/report.html ] && [ -s plan/datapackage.json ] && grep -q 'wrote plan/report.html' err
result written
why="$(wc -c <plan/report.html) bytes"
grep -q '^</html>' plan/report.html && grep -q 'holds the whole fleet on' plan/report.html && grep -q 'How full hosts are' plan/report.html &&
	grep -q 'How demand grows' plan/report.html && grep -q 'what if demand=20%' plan/report.html && grep -q "s placement, hosted: " plan/report.html
result sections
why="$(grep -n '[^a-z]nan[^a-z]\|[^a-z]inf[^a-z]\|web<b>' plan/report.html | head -n 2)"
! grep -q '[^a-z]nan[^a-z]\|[^a-z]inf[^a-z]\|web<b>' plan/report.html
result clean
if command -v python3 >/dev/null && python3 -c 'import html.parser' 2>/dev/null; then
	why=$(python3 - plan/report.html 2>&1 <<'END'
import html.parser, sys
class Balance(html.parser.HTMLParser):
	void = {"meta", "link", "br", "img", "hr", "rect", "path"}
	def __init__(self):
		super().__init__()
		self.open = []
	def handle_starttag(self, tag, attributes):
		if tag not in self.void:
			self.open.append(tag)
	def handle_endtag(self, tag):
		if tag in self.void:
			return
		if not self.open or self.open[-1] != tag:
			sys.exit("</%s> closes %s" % (tag, self.open[-1:]))
		self.open.pop()
b = Balance()
b.feed(open(sys.argv[1]).read())
sys.exit("still open: %s" % b.open if b.open else 0)
END
	)
	[ -z "$why" ]
	result balanced
else
	echo "skip balanced: there is no python3"
fi
rm plan/report.html plan/datapackage.json
"$vmtax" report plan >again 2>err
why="status $?: $(diff said again | head -n 3) $(tail -n 1 err)"
cmp -s said again && [ -s plan/report.html ] && [ -s plan/datapackage.json ]
result report
why=$(awk -F, 'FNR == 1 { for (i = 1; i <= NF; i++) at[FILENAME, $i] = i; next }
	FILENAME ~ /summary/ { total[$1] = $at[FILENAME, "total_cost"]; hosts[$1] = $at[FILENAME, "hosts"]; vms[$1] = $at[FILENAME, "vms"]; cpu[$1] = $at[FILENAME, "cpu_inflated"]
		parts[$1] = $at[FILENAME, "hardware_cost"] + $at[FILENAME, "licence_cost"] + $at[FILENAME, "guest_licence_cost"] + $at[FILENAME, "power_cost"] }
	FILENAME ~ /hosts/ { rows[$1]++; used[$1] += $at[FILENAME, "cpu_used"] }
	FILENAME ~ /placement/ { placed[$1] += $at[FILENAME, "count"] }
	function near(a, b) { return a - b < 1e-3 && b - a < 1e-3 }
	END { for (c in total) if (!near(total[c], parts[c]) || hosts[c] != rows[c] || vms[c] != placed[c] || !near(cpu[c], used[c]))
			print c ": " total[c], parts[c], hosts[c], rows[c], vms[c], placed[c], cpu[c], used[c]; else n++
		if (n < 2) print n + 0 " configurations" }' plan/plan/summary.csv plan/plan/hosts.csv plan/plan/placement.csv)
[ -z "$why" ]
result sums
if command -v jq >/dev/null; then
	for table in plan/plan/*.csv; do
		name=$(basename "$table" .csv)
		rows=$(($(wc -l <"$table") - 1))
		why="$name: $("$vmtax" report --json="plan/$name" plan 2>&1 | jq length 2>&1) rows of JSON, $rows of CSV"
		[ "$("$vmtax" report --json="plan/$name" plan | jq length)" = "$rows" ] &&
			jq -e --arg path "plan/$name.csv" '[.resources[] | select(.path == $path)] | length == 1' plan/datapackage.json >/dev/null &&
			[ "$(head -n 1 "$table" | tr ',' '\n' | wc -l)" = \
				"$(jq --arg path "plan/$name.csv" '.resources[] | select(.path == $path) | .schema.fields | length' plan/datapackage.json)" ]
		result "json-$name"
	done
else
	echo "skip json: there is no jq"
fi
