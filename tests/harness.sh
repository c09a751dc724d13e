#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# The checker checked: tests/run.sh and tests/check.h on tests that fail, skip, crash, hang or say nothing.
. "$VMTAX_SRC/tests/check.lib"
runner=$VMTAX_SRC/tests/run.sh

# script NAME: a shell test, from stdin.
script() {
	{ echo '#!/bin/sh' && cat; } >tree/tests/"$1".sh
}

# run: all tests of the small tree, into said; its status into status.
run() {
	VMTAX_SRC=$PWD/tree LIMIT=2 sh "$runner" tree/build >said 2>&1
	status=$?
}

# reset [COUNTS]: an empty tree.
reset() {
	rm -rf tree && mkdir -p tree/tests/unit tree/build/tests
}

# gives STATUS COUNTS [LINE]: whether run ended so, and printed LINE.
gives() {
	why="status $status: $(tr '\n' '|' <said)"
	[ "$status" -eq "$1" ] && [ "$(tail -n 1 said)" = "$2" ] && { [ -z "${3-}" ] || grep -qx "$3" said; }
}

reset
script good <<'E'
[ "$VMTAX_SRC" ] && [ -d "$1/tests" ] && [ -z "$(ls -A)" ] && touch left-over && echo ok a
case $1 in /*) echo ok b ;; esac
E
cp tree/tests/good.sh tree/tests/run.sh
cp tree/tests/good.sh tree/tests/bench.sh
run
gives 0 "2 passed, 0 failed, 0 skipped" "good: 2 passed, 0 failed, 0 skipped"
result passing

script skips <<'E'
echo skip c: no such device
E
run
gives 0 "2 passed, 0 failed, 1 skipped" "skip skips: c: no such device"
result skipping

script bad <<'E'
echo ok d
echo not ok e: it is seven
echo why it is >&2
E
run
gives 1 "3 passed, 1 failed, 1 skipped" "not ok bad: e: it is seven" && grep -qx '    why it is' said
result failing

bad() {
	reset
	script "$1"
	run
	gives 1 "$2" "not ok $1: $1: $3"
	result "$1"
}
bad silent "0 passed, 1 failed, 0 skipped" "printed no test" </dev/null
echo 'echo ok a; exit 3' | bad status "1 passed, 1 failed, 0 skipped" "ended with status 3"
echo 'echo ok a; kill -SEGV $$' | bad crash "1 passed, 1 failed, 0 skipped" "ended by signal 11"
echo 'echo ok a; sleep 30' | bad hang "1 passed, 1 failed, 0 skipped" "ran longer.*"
reset
run
gives 1 "0 passed, 0 failed, 0 skipped"
result nothing-to-run

reset
cat >tree/tests/unit/test_c.c <<'E'
#include "tests/check.h"
static void test_holds(void) { CHECK(1); CHECK_INT(2, 2); CHECK_STR("a", "a"); CHECK_STR(NULL, NULL); CHECK_NEAR(1, 1.1, .2); }
static void test_condition(void) { CHECK(1 > 2); CHECK_INT(1, 2); }
static void test_int(void) { CHECK_INT(1, 2); }
static void test_str(void) { CHECK_STR("a\n", "b"); }
static void test_null(void) { CHECK_STR(NULL, "b"); }
static void test_near(void) { CHECK_NEAR(1, 1.1, .05); }
static void test_nan(void) { CHECK_NEAR(NAN, 1, 5); }
static void test_skip(void) { CHECK_SKIP("why not"); }
static void test_crash(void) { CHECK(0); __builtin_trap(); }
int main(void)
{
	CHECK_RUN(test_holds); CHECK_RUN(test_condition); CHECK_RUN(test_int); CHECK_RUN(test_str);
	CHECK_RUN(test_null); CHECK_RUN(test_near); CHECK_RUN(test_nan); CHECK_RUN(test_skip);
	CHECK_RUN(test_crash);
	return check_done();
}
E
run
gives 1 "0 passed, 1 failed, 0 skipped" "not ok test_c: test_c: ended with status 12[67]"
result not-built
cc -I"$VMTAX_SRC" -o tree/build/tests/test_c tree/tests/unit/test_c.c -lm 2>said
run
gives 1 "1 passed, 8 failed, 1 skipped" "skip test_c: test_skip: why not" &&
	gives 1 "1 passed, 8 failed, 1 skipped" "not ok test_c: test_condition: .*test_c.c:3: 1 > 2" &&
	gives 1 "1 passed, 8 failed, 1 skipped" "not ok test_c: test_str: .*:5: \"a\\\\n\" is 'a?', not 'b'" &&
	gives 1 "1 passed, 8 failed, 1 skipped" "not ok test_c: test_crash: .*" &&
	gives 1 "1 passed, 8 failed, 1 skipped" "not ok test_c: test_c: ended by signal 4"
result checks

reset
script wanted <<'E'
echo ok a
echo '# of 2 things 2'
E
echo 'echo not ok b: not asked for' | script other
VMTAX_SRC=$PWD/tree sh "$runner" tree/build wanted >said 2>&1
status=$?
gives 0 "1 passed, 0 failed, 0 skipped" "wanted: of 2 things 2"
result named

# heard STOPPED WANT: what tests/svm/tell.awk makes of the machine's lines on stdin, where silence is 100 s.
heard() {
	tr '|' '\n' | awk -v tests="a b" -v stopped="$1" -v silence=100 -f "$VMTAX_SRC/tests/svm/tell.awk" >said
	why=$(tr '\n' '|' <said)
	[ "$why" = "$2" ]
	result "svm-$3"
}
echo 'init 9 begin|a 9 begin|a 10 ok x: y|a 11 skip z: no|a 11 # 1 of 1|a 12 end 0|b 9 begin|b 11 not ok w: bad|b 12 end 1|init 13 end 0' |
	heard '' 'ok a-x: y|skip a-z: no|# a: 1 of 1|not ok b-w: bad|' whole
printf '' | heard 300 'skip b: too slow here: 300 s were over after 0 of its tests|skip a: too slow here: 300 s were over after 0 of its tests|' dead
echo 'init 9 begin|a 9 begin|a 20 ok x|b 9 begin|b 290 ok y|init 300 lives' |
	heard 300 'ok a-x|ok b-y|skip b: too slow here: 300 s were over after 1 of its tests|not ok a: silent for 280 s after 1 of its tests|' hung
echo 'init 9 begin|a 9 begin|a 290 ok x|init 300 lives' |
	heard 300 'ok a-x|skip b: too slow here: 300 s were over after 0 of its tests|skip a: too slow here: 300 s were over after 1 of its tests|' late
echo 'init 9 begin|a 9 begin|a 20 end 0|b 9 begin|b 20 ok y|b 21 end 139|init 22 end 0' |
	heard '' 'not ok a: ended with status 0 after 0 tests|ok b-y|not ok b: ended with status 139 after 1 tests|' badly
echo 'init 9 begin|a 9 begin|a 20 ok x' |
	heard '' 'ok a-x|not ok machine: it ended before its tests|skip b: the machine had ended after 0 of its tests|skip a: the machine had ended after 1 of its tests|' panicked
