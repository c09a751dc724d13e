/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/* System calls: a row each for those served here; those the host serves are rows of ABI_CALLS. */
struct served {
	uint16_t number;
	const char *name;
	syscall_function *function;
};

static const struct served served[] = {
	{ 9, "mmap", memory_mmap },
	{ 10, "mprotect", memory_mprotect },
	{ 11, "munmap", memory_munmap },
	{ 12, "brk", memory_brk },
	{ 13, "rt_sigaction", signal_action },
	{ 14, "rt_sigprocmask", signal_mask },
	{ 24, "sched_yield", process_nothing },
	{ 25, "mremap", memory_mremap },
	{ 26, "msync", memory_msync },
	{ 28, "madvise", memory_madvise },
	{ 35, "nanosleep", clock_sleep_call },
	{ 39, "getpid", process_getpid },
	{ 60, "exit", process_exit },
	{ 62, "kill", signal_kill },
	{ 63, "uname", process_uname },
	{ 72, "fcntl", forward_fcntl },
	{ 96, "gettimeofday", clock_gettimeofday_call },
	{ 102, "getuid", process_getuid },
	{ 104, "getgid", process_getgid },
	{ 107, "geteuid", process_geteuid },
	{ 108, "getegid", process_getegid },
	{ 110, "getppid", process_getppid },
	{ 131, "sigaltstack", process_nothing },
	{ 149, "mlock", process_nothing },
	{ 150, "munlock", process_nothing },
	{ 151, "mlockall", process_nothing },
	{ 157, "prctl", process_prctl },
	{ 158, "arch_prctl", process_arch_prctl },
	{ 186, "gettid", process_getpid },
	{ 200, "tkill", signal_tkill },
	{ 201, "time", clock_time_call },
	{ 202, "futex", process_futex },
	{ 204, "sched_getaffinity", process_affinity },
	{ 218, "set_tid_address", process_set_tid_address },
	{ 228, "clock_gettime", clock_gettime_call },
	{ 230, "clock_nanosleep", clock_nanosleep_call },
	{ 231, "exit_group", process_exit },
	{ 234, "tgkill", signal_tgkill },
	{ 273, "set_robust_list", process_nothing },
	{ 309, "getcpu", process_getcpu },
	{ 334, "rseq", process_absent },
};

static const uint16_t forwarded[] = {
#define NUMBER(number, ...) number,
	ABI_CALLS(NUMBER)
#undef NUMBER
};

#define NUMBERS	    512
#define NULL_NUMBER 1000 /* a request that asks for nothing: no Linux call has this number */

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Row by number: 0 none, n served[n - 1], -n forwarded[n - 1]. */
static int16_t row[NUMBERS];

void syscall_init(void);
void syscall_init(void)
{
	for (size_t i = 0; i < LENGTH(forwarded); i++)
		if (forwarded[i] < NUMBERS && row[forwarded[i]] == 0)
			row[forwarded[i]] = (int16_t) - (int)(i + 1);
	for (size_t i = 0; i < LENGTH(served); i++)
		row[served[i].number] = (int16_t)(i + 1);
}

static int64_t refuse(uint64_t number)
{
	struct abi_account *account = ACCOUNT;

	for (size_t i = 0; i < LENGTH(account->unserved); i++) {
		if (account->unserved[i].count && account->unserved[i].number != (int32_t)number)
			continue;
		account->unserved[i].number = (int32_t)number;
		account->unserved[i].count++;
		break;
	}
	return -ENOSYS;
}

static int64_t serve(struct syscall_frame *f)
{
	int found = f->number < NUMBERS ? row[f->number] : 0;

	if (found > 0) {
		ACCOUNT->served++;
		return served[found - 1].function(f);
	}
	if (found < 0)
		return forward_call((enum abi_call_id)(-found - 1), f->argument);
	if (f->number == NULL_NUMBER)
		return forward_call(ABI_CALL_null, f->argument);
	return refuse(f->number);
}

/* Called by entry.S with the program's registers. */
int64_t syscall_dispatch(struct syscall_frame *f);
int64_t syscall_dispatch(struct syscall_frame *f)
{
	struct abi_account *account = ACCOUNT;
	uint64_t start = tsc(), waited = account->wait_tsc;
	int64_t result = serve(f);

	account->syscalls++;
	account->kernel_tsc += tsc() - start - (account->wait_tsc - waited);
	return result;
}
