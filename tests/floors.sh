#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Who may include whom, and the house rules a program can check. Each check_X prints a line for each breach of
# its rule in the tree that is the working directory. The real tree must give none; small trees with one breach
# each show that the checks find them.
source=$VMTAX_SRC
home=$PWD
CC=${CC:-cc}

# --- The rules -----------------------------------------------------------------------------------------------

# A folder, and what its files may include: names or groups of the next table. PUBLIC is each folder's header.
folders='
base		base libc csv gsl linalg
workloads	workloads libc
vmm		vmm base libc linux liburing
vmm/guest	guest freestanding
probes		probes base libc perf pfm exits
model		model base libc
model/plan	plan model base libc glpk inih
reports		reports base libc jansson
cmd		cmd base vmm probes model reports libc linux perf nettle
'
# A group, and the extended regular expressions of the headers in it.
groups='
base		base/[a-z_]+\.h
workloads	workloads/(workload|samples)\.h
vmm		vmm/[a-z_]+\.h
guest		vmm/guest_(abi|calls|channel|events|served|ioctls|prctls|refused)\.h vmm/guest/[a-z_]+\.h
probes		probes/[a-z_]+\.h
model		model/[a-z_]+\.h
plan		model/plan/[a-z_]+\.h
reports		reports/[a-z_]+\.h
cmd		cmd/[a-z_]+\.h
freestanding	(float|iso646|limits|stdalign|stdarg|stdbool|stddef|stdint|stdnoreturn)\.h
libc		(assert|complex|ctype|errno|fenv|float|inttypes|limits|locale|math|setjmp|signal|stdarg|stdatomic)\.h
libc		(stdbool|stddef|stdint|stdio|stdlib|string|time|wchar|cpuid|immintrin|dirent|elf|fcntl|fnmatch)\.h
libc		(fts|ftw|getopt|glob|grp|libgen|poll|pthread|pwd|regex|sched|semaphore|spawn|strings|termios|ucontext)\.h
libc		(unistd|sys/[a-z_]+|arpa/inet|netinet/[a-z]+)\.h
linux		linux/(kvm|kvm_para|io_uring|capability|futex|magic)\.h
perf		linux/perf_event\.h
exits		asm/(kvm|svm|vmx)\.h
csv		csv\.h
gsl		gsl/gsl_(cdf|sf_psi|sort|statistics_double)\.h
linalg		gsl/gsl_linalg\.h
glpk		glpk\.h
inih		ini\.h
pfm		perfmon/[a-z_]+\.h
liburing	liburing\.h
jansson		jansson\.h
nettle		nettle/[a-z0-9_-]+\.h
'
outside='csv gsl linalg glpk inih pfm liburing jansson nettle' # each by one file alone
entries='LICENSE Makefile README.md base cmd man model probes reports tests vmm workloads'
licence='SPDX-License-Identifier: GPL-3.0-or-later'
authors='SPDX-FileCopyrightText: The vmtax authors'

# --- The checks ----------------------------------------------------------------------------------------------

sources() {
	find . \( -path './build' -o -path './out' -o -path './.*' \) -prune -o -name '*.[chS]' -print | sed 's,^\./,,' | sort
}

# The awk functions that read the two tables.
tables='
function read_tables(folders, groups,    lines, n, i, k, word) {
	n = split(groups, lines, "\n")
	for (i = 1; i <= n; i++)
		for (k = split(lines[i], word, /[ \t]+/); k > 1; k--)
			pattern[word[1]] = (word[1] in pattern ? pattern[word[1]] "|" : "") word[k]
	n = split(folders, lines, "\n")
	for (i = 1; i <= n; i++)
		for (k = split(lines[i], word, /[ \t]+/); k > 1; k--)
			allowed[word[1]] = allowed[word[1]] " " word[k]
}
function belongs(name, group) { return name ~ ("^(" pattern[group] ")$") }
function may(folder, name,    group, i) {
	for (i = split(allowed[folder], group, " "); i > 0; i--)
		if (belongs(name, group[i]))
			return 1
	return 0
}
function folder_of(path) { sub("/?[^/]*$", "", path); return path }
function included(line) {
	if (line !~ /^[ \t]*#[ \t]*include/)
		return ""
	sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
	return match(line, /^("[^"]*"|<[^>]*>)/) ? substr(line, 1, RLENGTH) : line
}
BEGIN { read_tables(FOLDERS, GROUPS) }'

each_include() {
	sources | grep -v '^tests/' | FOLDERS=$folders GROUPS=$groups xargs awk '
	BEGIN { FOLDERS = ENVIRON["FOLDERS"]; GROUPS = ENVIRON["GROUPS"] }'"$tables"'
	FNR == 1 { folder = folder_of(FILENAME) }
	'"$1" /dev/null
}

check_includes() {
	each_include '
	FNR == 1 && FILENAME != "/dev/null" && !(folder in allowed) { print FILENAME " is in a folder without a floor" }
	(text = included($0)) != "" {
		name = substr(text, 2, length(text) - 2)
		if (!may(folder, name))
			print FILENAME ":" FNR " includes " text
		else if ((text ~ /^"/) != (name ~ /^(base|workloads|vmm|probes|model|reports|cmd)\//))
			print FILENAME ":" FNR " writes " text ": project headers in quotes from the root, others in <>"
		else if (name ~ /_priv\.h$/ && index(folder "/", folder_of(name) "/") != 1) # a folder within may
			print FILENAME ":" FNR " includes the private " text
	}'
}

# Each outside library has one door: one file that includes it.
check_doors() {
	each_include '
	(text = included($0)) != "" {
		name = substr(text, 2, length(text) - 2)
		for (i = split("'"$outside"'", library, " "); i > 0; i--)
			if (belongs(name, library[i])) {
				if ((library[i] in door) && door[library[i]] != FILENAME)
					print FILENAME " and " door[library[i]] " both include " library[i]
				door[library[i]] = FILENAME
			}
	}'
}

# One public header a folder, named after it, which may include others of the folder's (vmm: config, report); base
# offers one for each of its files.
check_headers() {
	sources | grep '\.h$' | grep -vE '^(tests|base|vmm/guest)/|_priv\.h$' |
		grep -vxE 'workloads/(workload|samples)\.h|probes/(trace|profile|sets)\.h|vmm/(vmm|config|report|guest_(abi|calls|channel|events|served|ioctls|prctls|refused))\.h|(cmd|model|probes|reports)/(cmd|model|probes|reports)\.h'
}

check_headers_alone() {
	for header in $(sources | grep '\.h$'); do
		case $header in vmm/guest*) how=-ffreestanding ;; *) how=-D_GNU_SOURCE ;; esac
		"$CC" -std=c11 $how -I. -Wall -Wno-unused-function -Werror -fsyntax-only -x c "$header" \
			2>"$home/said" || echo "$header does not compile alone: $(grep -m 1 error "$home/said")"
	done
}

check_lines() {
	{ sources && find . -path './[a-z]*' -name '*.sh' -not -path './build/*' -not -path './out/*'; } |
		xargs wc -l /dev/null | awk '$2 != "total" && $1 > 300 { print $2 " has " $1 " lines" }'
}

check_functions() {
	sources | xargs awk '
	/^{/ { start = FNR }
	/^}/ { if (start && FNR - start - 1 > 80) print FILENAME ":" start " begins a function of " FNR - start - 1 " lines"
	       start = 0 }' /dev/null
}

check_licence() {
	{ sources && find Makefile .ci tests model -type f \( -name '*.sh' -o -name '*.awk' -o -name Makefile -o -name run \); } \
		2>/dev/null | while read -r file; do
		head -n 4 "$file" | grep -qF "$licence" && head -n 4 "$file" | grep -qF "$authors" ||
			echo "$file lacks the two SPDX lines"
	done
}

# The status that result judges is that of the line before: an assignment there would hide that of the test.
check_results() {
	find tests -name '*.sh' 2>/dev/null | xargs awk '
	/^[ \t]*result / && before ~ /^[ \t]*[a-z]+=/ { print FILENAME ":" FNR " judges an assignment" }
	{ before = $0 }' /dev/null
}

# What a checkout holds is what git has; an unpacked source has it all in sight.
check_entries() {
	if [ -e .git ]; then git ls-files | sed 's,/.*,,' | sort -u; else ls; fi | while read -r entry; do
		case " $entries build out " in *" $entry "*) ;; *) case $entry in .*) ;; *) echo "$entry" ;; esac ;; esac
	done
}

# --- The real tree, then trees with one breach each ----------------------------------------------------------

checks='includes doors headers headers_alone lines functions licence results entries'

for check in $checks; do
	breaches=$(cd "$source" && check_"$check" 2>&1)
	if [ -z "$breaches" ]; then
		echo "ok $check"
	else
		echo "not ok $check: $(echo "$breaches" | head -n 20 | tr '\n' ';')"
	fi
done

# file PATH: a source with its two lines, and stdin below them.
file() {
	mkdir -p "$(dirname "$1")"
	{ printf '/* %s */\n/* %s */\n' "$licence" "$authors" && cat; } >"$1"
}

small_tree() {
	cd "$home" && rm -rf tree && mkdir tree && cd tree || exit
	echo '#include <csv.h>' | file base/table.c
	printf '#include <stdint.h>\nstatic inline uint64_t one(void)\n{\n\treturn 1;\n}\n' | file base/table.h
	printf '#include "base/table.h"\n#include "vmm/vmm_priv.h"\n#include <linux/kvm.h>\n' | file vmm/vm.c
	echo 'int vmm_here;' | file vmm/vmm_priv.h
	printf '#include "vmm/guest_abi.h"\n#include <stddef.h>\n' | file vmm/guest/boot.c
	echo 'int guest_here;' | file vmm/guest_abi.h
	printf '#include <linux/perf_event.h>\n' | file probes/perf.c
	printf '#include "base/table.h"\n' | file cmd/main.c
	printf '# %s\n# %s\n' "$licence" "$authors" >Makefile
}

# finds CHECK BREACH PATH: whether CHECK, and no other check, finds BREACH when PATH gets the text on stdin.
finds() {
	small_tree
	case $3 in
	*.[chS]) file "$3" ;;
	*) mkdir -p "$(dirname "$3")" && cat >"$3" ;;
	esac
	for each in $checks; do
		said=$(check_"$each" 2>&1)
		[ "$each" != "$1" ] || found=$said
		[ "$each" = "$1" ] || [ -z "$said" ] || echo "not ok finds-$1-$3: check_$each says $said"
	done
	case $found in
	*"$2"*) echo "ok finds-$1-$3" ;;
	*) echo "not ok finds-$1-$3: said '$found', not '$2'" ;;
	esac
}

small_tree
for check in $checks; do
	why=$(check_"$check" 2>&1)
	[ -z "$why" ] && echo "ok small-tree-$check" || echo "not ok small-tree-$check: $why"
done

echo '#include "cmd/main.h"' | finds includes 'base/a.c:3 includes "cmd/main.h"' base/a.c
echo '#  include "probes/probes.h"' | finds includes 'vmm/b.c:3 includes "probes/probes.h"' vmm/b.c
echo '#include "vmm/vmm.h"' | finds includes 'probes/c.c:3 includes "vmm/vmm.h"' probes/c.c
echo '#include <string.h>' | finds includes 'vmm/guest/d.c:3 includes <string.h>' vmm/guest/d.c
echo '#include "base/table.h"' | finds includes 'vmm/guest/d.S:3 includes "base/table.h"' vmm/guest/d.S
echo '#include "base/table.h"' | finds includes 'workloads/e.c:3 includes' workloads/e.c
echo '#include <linux/kvm.h>' | finds includes 'probes/f.c:3 includes <linux/kvm.h>' probes/f.c
echo '#include <linux/perf_event.h>' | finds includes 'base/g.c:3 includes <linux/perf_event.h>' base/g.c
echo '#include <sqlite3.h>' | finds includes 'model/h.c:3 includes <sqlite3.h>' model/h.c
echo '#include SOME_HEADER' | finds includes 'reports/i.c:3 includes SOME_HEADER' reports/i.c
echo '#include "table.h"' | finds includes 'base/j.c:3 includes "table.h"' base/j.c
echo '#include <base/table.h>' | finds includes 'base/k.c:3 writes <base/table.h>' base/k.c
echo '#include "vmm/vmm_priv.h"' | finds includes 'cmd/l.c:3 includes the private "vmm/vmm_priv.h"' cmd/l.c
echo 'int m;' | finds includes 'model/deep/m.c is in a folder without a floor' model/deep/m.c
echo '#include <csv.h>' | finds doors 'base/table.c and base/n.c both include csv' base/n.c
echo 'int o;' | finds headers 'reports/o.h' reports/o.h
echo 'size_t p;' | finds headers_alone 'base/p.h does not compile alone: base/p.h:3' base/p.h
seq 300 | sed 's,.*,/* & */,' | finds lines 'model/q.c has 302 lines' model/q.c
{ echo 'int f(void)' && echo '{' && seq 81 | sed 's,.*,;,' && echo '}'; } | finds functions 'model/r.c:4 begins a function of 81 lines' model/r.c
printf '#!/bin/sh\n' | finds licence 'tests/s.sh lacks the two SPDX lines' tests/s.sh
printf '#!/bin/sh\n# %s\n# %s\nfalse\nwhy="$(cat err)"\nresult never\n' "$licence" "$authors" |
	finds results 'tests/t.sh:6 judges an assignment' tests/t.sh
echo 'stray' | finds entries 'notes.txt' notes.txt
