/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cores_priv.h"
#include "cmd/launch_priv.h"
#include "tests/check.h"

/* Plain processes as the harness starts them: the shell plays the program. */

static int signals; /* a signalfd of SIGTERM */

static void launch_argv(const char *preset, char *const *argv, uint64_t timeout_ns, struct measurement *m)
{
	struct vmm_config config;
	struct error error;
	struct launch launch = {
		.config = &config,
		.argv = argv,
		.timeout_ns = timeout_ns,
		.tsc_hz = clock_tsc_hz(),
		.signal_fd = signals,
	};

	cores_get(&launch.cores);
	CHECK_INT(vmm_config_preset(&config, preset, &error), 0);
	measurement_init(m, &config);
	CHECK_INT(launch_native(&launch, m, &error), 0);
}

static void launch_script(const char *preset, const char *script, struct measurement *m)
{
	char *argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)script, NULL };

	launch_argv(preset, argv, 20000000000u, m);
}

/* What it printed, up to 255 bytes; valid until the next call. */
static const char *printed(const struct measurement *m)
{
	static char text[256];
	ssize_t n = pread(m->stdout_fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void test_output(void)
{
	struct measurement m;

	launch_script("native", "printf 'a\\nb'; echo last words >&2; cat; exit 3", &m);
	CHECK_INT(m.status, RUN_OK); /* the verdict is another's */
	CHECK_INT(m.exit_code, 3);
	CHECK_STR(printed(&m), "a\nb");
	CHECK_STR(m.last_words, "last words");
	CHECK(m.wall_ns > 0 && m.setup_ns > 0 && m.life_ns == m.wall_ns + m.setup_ns);
	CHECK(m.cpu_vcpu_ns > 0);
	CHECK_INT(m.teardown_ns, RUN_MISSING);
	CHECK_INT(m.roi_ns, RUN_MISSING);
	measurement_free(&m);
}

static void test_marks(void)
{
	struct measurement m;

	launch_script(
		"native",
		"echo roi begin >&2; sleep 0.02; printf 'roi_ns=123 ' >&2; echo ops=7 >&2; echo bye >&2", &m);
	CHECK_INT(m.roi_ns, 123);
	CHECK_INT(m.ops, 7);
	CHECK(m.roi_outside_ns > 15000000);
	CHECK(m.roi_outside_ns < m.life_ns);
	CHECK_STR(m.last_words, "bye");
	measurement_free(&m);
}

static void test_crash(void)
{
	struct measurement m;

	launch_script("native", "kill -SEGV $$", &m);
	CHECK_INT(m.status, RUN_CRASHED);
	CHECK_STR(m.reason, "Segmentation fault");
	CHECK_INT(m.exit_code, 139);
	measurement_free(&m);
}

/* A daemon has left its program's group, and does not outlive it. */
static void test_leftover(void)
{
	struct measurement m;
	long daemon;

	launch_script("native", "setsid sh -c 'setsid sleep 90 & echo $!'", &m);
	CHECK_INT(m.exit_code, 0);
	daemon = strtol(printed(&m), NULL, 10);
	CHECK(daemon > 1 && kill((pid_t)daemon, 0) < 0 && errno == ESRCH);
	measurement_free(&m);
}

static void test_timeout(void)
{
	char *argv[] = { (char *)"/bin/sleep", (char *)"100", NULL };
	struct measurement m;

	launch_argv("native", argv, 30000000, &m);
	CHECK_INT(m.status, RUN_TIMEOUT);
	CHECK_STR(m.reason, "no end after 0.03 s");
	CHECK_INT(m.exit_code, RUN_MISSING);
	CHECK_INT(m.wall_ns, RUN_MISSING);
	measurement_free(&m);
}

static void test_not_a_program(void)
{
	char *argv[] = { (char *)"./text", NULL };
	FILE *file = fopen("text", "w");
	struct measurement m;

	fputs("\177ELF is only how it begins\n", file);
	fclose(file);
	chmod("text", 0755);
	launch_argv("native", argv, 1000000000, &m);
	CHECK_INT(m.status, RUN_FAILED);
	CHECK_STR(m.reason, "cannot run it: Exec format error");
	measurement_free(&m);
}

/* A process left behind holds the pipe of stderr open: nobody waits for it, and it is ended. */
static void test_left_behind(void)
{
	struct measurement m;
	pid_t left;

	launch_script("native", "sleep 100 & echo $!", &m);
	CHECK_INT(m.exit_code, 0);
	left = (pid_t)atol(printed(&m));
	CHECK(left > 1);
	for (int i = 0; i < 1000 && kill(left, 0) == 0; i++)
		usleep(10000);
	CHECK(kill(left, 0) != 0);
	measurement_free(&m);
}

static void test_interrupt(void)
{
	struct signalfd_siginfo info;
	struct measurement m;

	kill(getpid(), SIGTERM);
	launch_script("native", "sleep 100", &m);
	CHECK(m.interrupted);
	CHECK(read(signals, &info, sizeof(info)) == sizeof(info)); /* whoever stops the run finds it */
	measurement_free(&m);
}

/* The program gets its signals, its descriptors and its process group as from a shell, and no more. */
static void test_environment(void)
{
	struct measurement m;

	launch_script("native", "grep SigBlk /proc/self/status; ls /proc/self/fd | wc -w", &m);
	CHECK_STR(printed(&m), "SigBlk:\t0000000000000000\n4\n"); /* ls itself has one open */
	measurement_free(&m);
}

static void test_tuned(void)
{
	struct vmm_config config;
	char why[VMM_KNOBS][96];
	struct measurement m;
	struct error error;

	CHECK_INT(vmm_config_preset(&config, "native-tuned", &error), 0);
	if (vmm_config_fall_back(&config, why) > 0)
		CHECK_SKIP("this machine has no huge pages or no affinity");
	setenv("GLIBC_TUNABLES", "glibc.malloc.check=0", 1);
	launch_script("native-tuned",
		      "echo $GLIBC_TUNABLES; grep -c Cpus_allowed_list:.[0-9]*$ /proc/self/status", &m);
	CHECK_STR(printed(&m), "glibc.malloc.check=0:glibc.malloc.hugetlb=1\n1\n");
	CHECK_INT(m.value[VMM_MEMORY], VMM_MEMORY_MALLOC_HUGE);
	CHECK_STR(m.fallback, "");
	measurement_free(&m);
	unsetenv("GLIBC_TUNABLES");
}

int main(void)
{
	sigset_t set;

	close_range(3, ~0u, 0); /* what whoever started us left open */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	CHECK_RUN(test_output);
	CHECK_RUN(test_marks);
	CHECK_RUN(test_crash);
	CHECK_RUN(test_leftover);
	CHECK_RUN(test_timeout);
	CHECK_RUN(test_not_a_program);
	CHECK_RUN(test_left_behind);
	CHECK_RUN(test_interrupt);
	CHECK_RUN(test_environment);
	CHECK_RUN(test_tuned);
	return check_done();
}
