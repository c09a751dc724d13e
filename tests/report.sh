#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# vmtax report on result directories made here: two workloads, native, hosted and bare-metal*, ten blocks.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax

# try STATUS ARGUMENT...: runs vmtax report and keeps its output in said and err.
try() {
	want=$1
	shift
	"$vmtax" report "$@" >said 2>err </dev/null
	got=$?
	why="report $*: status $got, want $want; stderr: $(head -n 1 err)"
	[ $got -eq "$want" ]
}

# Whether err is one line that holds each argument, and nothing was printed.
says() {
	why="stderr: $(cat err)"
	[ "$(wc -l <err)" -eq 1 ] && [ ! -s said ] || return 1
	for text; do
		grep -qF -e "$text" err || return 1
	done
}

prints() {
	why="no line '$1' in: $(head -n 40 said)"
	grep -q -e "$1" said
}

# make DIR: runs.csv and machine.csv. hosted takes twice as long as native, bare-metal 1.5 times.
make() {
	mkdir -p "$1"
	awk 'BEGIN {
		split(header(), column, ",")
		print header()
		factor["native"] = 1; factor["hosted"] = 2; factor["bare-metal"] = 1.5
		split("native hosted bare-metal", configs, " "); split("kv log", workloads, " ")
		for (w = 1; w <= 2; w++) for (block = 1; block <= 10; block++) for (c = 1; c <= 3; c++) {
			delete cell
			cell["run"] = ++run; cell["invocation"] = "i1"; cell["block"] = block; cell["order"] = c
			cell["workload"] = workloads[w]; cell["class"] = "app"; cell["config"] = configs[c]
			cell["label"] = configs[c] (c == 3 ? "*" : ""); cell["cache"] = "warm"; cell["status"] = "ok"
			cell["reason"] = c == 3 ? "memory=lazy4k: no huge pages are reserved" : "NA"
			ns = 100000000 * w * factor[configs[c]]
			cell["wall_ns"] = cell["roi_ns"] = cell["life_ns"] = cell["cpu_vcpu_ns"] = ns
			cell["setup_ns"] = cell["teardown_ns"] = cell["cpu_monitor_ns"] = cell["cpu_setup_ns"] = 0
			cell["cpu_driver_busy_ns"] = cell["cpu_driver_spin_ns"] = 0
			cell["cpu_vcpu_spin_ns"] = cell["cpu_kthread_ns"] = 0
			cell["ops"] = 1; cell["cores_held"] = 1; cell["exit_code"] = 0
			cell["flags"] = run == 4 ? "steal" : "NA"
			line = ""
			for (i = 1; i in column; i++)
				line = line (i > 1 ? "," : "") (column[i] in cell ? cell[column[i]] : "NA")
			print line
		}
	}
	function header() {
		return "run,invocation,block,order,workload,class,config,label,cache,transport,completion," \
		       "irqchip,backend,memory,guest_pages,scheduling,idle,clock,tick,host_services,status,reason," \
		       "setup_ns,wall_ns,roi_ns,teardown_ns,life_ns,ops,cpu_vcpu_ns,cpu_monitor_ns," \
		       "cpu_driver_busy_ns,cpu_driver_spin_ns,cpu_vcpu_spin_ns,cpu_kthread_ns,cpu_setup_ns," \
		       "cores_held,direct_share,exit_code,stdout_sha256,program_sha256,rss_monitor_bytes,flags"
	}' >"$1/runs.csv"
	printf 'fact,value\ncpu,A processor <of> "ours"\n' | sed 's/A.*/"A processor <of> ""ours"""/' >"$1/machine.csv"
}

make r
try 0 r && [ -s r/report.html ] && [ -s r/datapackage.json ] && [ -s r/overhead.csv ]
result whole
prints '^kv  *100 ms  *2.00 \[2.00, 2.00\]  *1.50 \[1.50, 1.50\]$'
result ratios
prints '^\* bare-metal\*: memory=lazy4k: no huge pages are reserved' && prints '^! flagged steal: others took .* (1 run of kv)$'
result notes
why="a line is wider than 80 columns"
! grep -q '.\{81\}' said
result width
why="colour in a file"
! grep -q "$(printf '\033')" said
result no-colour
why="the page is not whole, or lets a table's text through as markup"
grep -q 'A processor &lt;of&gt; &quot;ours&quot;' r/report.html && tail -n 1 r/report.html | grep -q '</html>' &&
	! grep -q '<of>\|<script\|https\{0,1\}://' r/report.html
result page
why="left over: $(ls -A r)"
! ls -A r | grep -v '^\(machine\|runs\|overhead\|waterfall\|host-footprint\)\.csv$\|^datapackage.json$\|^report.html$' >left
result nothing-left-over
# What older versions called costs.csv is shown as it stands, and made anew under its name.
mkdir older && cp r/machine.csv r/runs.csv older && cut -d, -f1-11 r/waterfall.csv >older/costs.csv &&
	echo hosted,hosted,exit,fsync,total,kv,10,20,3000,2900,3100 >>older/costs.csv
"$vmtax" report --no-html older >said 2>err
why="$(cat err said)"
grep -q '^fsync  *3.00 \[2.90, 3.10\]$' said && "$vmtax" report older >said 2>err && [ ! -e older/costs.csv ] &&
	[ -e older/waterfall.csv ]
result older

if [ -w /dev/full ]; then
	why="stderr: $(cat err)"
	for option in --no-html --csv=runs --json=runs; do
		"$vmtax" report $option r >/dev/full 2>err
		[ $? -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q 'No space left on device' err || break
	done && [ "$option" = --json=runs ] && grep -q 'No space left' err
	result full-disk
else
	echo "skip full-disk: there is no /dev/full"
fi
if command -v script >/dev/null; then
	why="escapes on a dumb terminal: $(cat said)"
	TERM=xterm script -qc "'$vmtax' report --no-html r" /dev/null >said && grep -q "$(printf '\033')" said &&
		TERM=dumb script -qc "'$vmtax' report --no-html r" /dev/null >said && ! grep -q "$(printf '\033')" said
	result dumb-terminal
else
	echo "skip dumb-terminal: script is not installed"
fi

make silent
PATH=/nonexistent "$vmtax" report silent >said 2>err
status=$?
why="without gnuplot: $(cat err)"
[ $status -eq 0 ] && grep -q 'could not be drawn: gnuplot is not installed' silent/report.html && grep -q '</html>' silent/report.html
result gnuplot-missing
mkdir bin && printf '#!/bin/sh\necho "line 3: boom & <bang>" >&2\nexit 1\n' >bin/gnuplot && chmod +x bin/gnuplot
PATH=$PWD/bin:$PATH "$vmtax" report silent >said 2>err
status=$?
why="with a gnuplot that fails: $(cat err)"
[ $status -eq 0 ] && grep -q 'could not be drawn: gnuplot ended with status 1: line 3: boom &amp; &lt;bang&gt;' silent/report.html
result gnuplot-failing

try 0 --csv=runs r && cmp -s said r/runs.csv
result csv
try 0 --json runs.csv r && [ "$(grep -c '^{"run":[0-9]*,"invocation":"i1",' said)" -eq 60 ]
result json
try 2 --json=run r && says 'unknown table run' 'did you mean runs?'
result json-unknown-table
try 1 --csv=exits r && says 'exits.csv'
result csv-absent-table
try 2 --csv=runs --json=runs r && says '--csv and --json'
result csv-and-json
try 2 r r && says 'one directory at a time'
result two-directories

make bare
try 0 --no-html bare && [ "$(ls bare | wc -l)" -eq 2 ] && prints 'Nothing could be compared'
result no-html-writes-nothing
make blocked && mkdir blocked/report.html
try 1 blocked && prints '^kv ' && why="stderr: $(cat err)" && grep -q report.html err
result summary-where-the-page-cannot-be-written

try 1 nowhere && says 'nowhere' 'vmtax run'
result missing-directory
mkdir hollow
try 1 hollow && says 'hollow' 'vmtax run'
result empty-directory
# Directories of other commands: what is there, and what shows it.
for table in profile predictions scaling mixes; do
	mkdir -p "only/$table" && touch "only/$table/$table.csv"
done
try 1 only/profile && says 'only/profile' 'profile.csv is there: vmtax predict DIR --costs COSTS shows it' &&
	try 1 only/predictions && says 'predictions.csv is there: vmtax report --csv=predictions DIR shows it' &&
	try 1 only/scaling && says 'scaling.csv is there: vmtax report --csv=scaling DIR shows it' &&
	try 1 only/mixes && says 'mixes.csv is there: vmtax report --csv=mixes DIR shows it'
result directories-of-other-commands
mkdir only/scaling/vms1-1 && touch only/scaling/vms1-1/runs.csv only/mixes/loads.csv only/mixes/profile.csv
try 1 only/scaling && says 'scaling.csv is there: vmtax scale DIR shows it' && try 1 --no-html only/mixes &&
	says 'COSTS shows it; mixes.csv is there: vmtax scale DIR shows it'
result directories-of-other-commands-whole
mkdir elsewhere && cd elsewhere && try 0 && grep -q 'taking the recorded sample' err &&
	grep -q '^> Against native' said && [ -z "$(ls | grep -v '^said$\|^err$')" ]
result default-sample
cp -R ../r . && mkdir out && mv r out && rm -f out/r/report.html && try 0 && grep -q 'taking out/r' err &&
	[ -s out/r/report.html ]
result default-newest
cd ..
make torn && sed -i '5s/,[^,]*$//' torn/runs.csv
try 1 torn && says 'torn/runs.csv:5' && [ ! -e torn/report.html ]
result ragged
make twice && sed '1d; 3q' twice/runs.csv | tail -n 1 >>twice/runs.csv
try 1 twice && says 'twice/runs.csv:62:run' 'run 2 is there twice' && [ ! -e twice/report.html ]
result same-run-twice
try 1 --no-html twice && says 'twice/runs.csv:62:run'
result same-run-twice-summary
make none && sed -i 1q none/runs.csv
try 1 none && says 'no run is recorded yet' && ! grep -q 'No data available' err
result no-run-yet
make letters && sed -i '7s/^6,/six,/' letters/runs.csv
try 1 letters && says 'letters/runs.csv:7' 'run' && [ ! -e letters/report.html ]
result not-a-number

make out/old && make out/new && touch -d '1 hour ago' out/old/runs.csv
try 0 && [ -e out/new/report.html ] && [ ! -e out/old/report.html ]
result newest-by-default
