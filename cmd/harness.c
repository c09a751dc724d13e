/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/harness_priv.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/cores_priv.h"
#include "cmd/nano_priv.h"
#include "cmd/stop_priv.h"

/* The run as a whole: pilot, blocks, what probes would disturb, and disturbed blocks once more. */
#define REPEAT_SHARE 0.1 /* of the budget, kept for repeating disturbed blocks */

int harness_open(struct harness *h, struct error *error)
{
	int code;

	h->signal_fd = -1;
	for (int i = 0; i < RECORD_TABLES; i++)
		h->record.writer[i].fd = -1;
	h->begun_ns = clock_now_ns();
	h->deadline_ns = h->budget_ns ? h->begun_ns + (uint64_t)(h->share * (double)h->budget_ns) : 0;
	progress_begin(&h->progress, h->options->command);
	h->workload = calloc(h->suite.count, sizeof(*h->workload));
	if (h->workload == NULL)
		return error_set(error, ENOMEM, "cannot set up the run");
	h->signal_fd = stop_open(&h->old_mask);
	if (h->signal_fd < 0)
		return error_set(error, errno, "cannot watch for signals");
	cores_get(&h->cores);
	cores_yield(&h->cores);
	code = record_open(&h->record, h->directory, error);
	if (code == 0 && h->resume) {
		struct vmm_config config[SCHEDULE_CONFIGS];

		for (size_t c = 0; c < h->configs; c++)
			config[c] = h->config[c].config;
		record_close(&h->record);
		code = ledger_load(&h->ledger, h->directory, &h->suite, config, h->configs, error);
		if (code == 0)
			code = record_open(&h->record, h->directory, error);
	}
	if (code == 0)
		code = scratch_open(&h->scratch, h->directory, h->signal_fd, error);
	h->tsc_hz = clock_tsc_hz();
	if (cmd_find_part("vmtax-kernel", h->guest_kernel, sizeof(h->guest_kernel), &(struct error){ 0 }))
		h->guest_kernel[0] = '\0';
	return code;
}

void harness_close(struct harness *h)
{
	struct signalfd_siginfo info;

	progress_end(&h->progress);
	cores_use(&h->cores);
	h->recorded = h->ledger.count;
	if (h->signal_fd >= 0)
		harness_stopped(h); /* one that came last is not lost */
	if (h->interrupted && read(h->signal_fd, &info, sizeof(info)) == sizeof(info))
		h->stop_signal = (int)info.ssi_signo;
	scratch_close(&h->scratch);
	record_close(&h->record);
	ledger_free(&h->ledger);
	calibration_free(&h->calibration);
	free(h->workload);
	h->workload = NULL;
	if (h->signal_fd < 0)
		return;
	close(h->signal_fd);
	h->signal_fd = -1;
	if (!h->interrupted)
		sigprocmask(SIG_SETMASK, &h->old_mask, NULL); /* what follows can be interrupted */
}

/* What is left of ROUNDS for blocks: to observe takes about as long as a block, each time. */
static double without_observed(const struct harness *h, double rounds)
{
	double blocks = rounds;

	for (int i = 0; h->options->observe && i < HARNESS_OBSERVED; i++) /* from one to three more */
		blocks = rounds - (double)blocks_observed(blocks > 0 ? (uint64_t)blocks : 0);
	return blocks;
}

/* How many blocks SHARE of the budget pays for. */
static double payable(const struct harness *h, double share)
{
	uint64_t cost = 0, spent = clock_now_ns() - h->begun_ns, budget = h->budget_ns;

	for (size_t w = 0; w < h->suite.count; w++)
		cost += h->workload[w].cost_ns;
	if (cost == 0)
		return HARNESS_BLOCKS_MOST;
	return without_observed(h, (share * (double)budget - (double)spent) / (double)cost);
}

/* How many blocks the budget pays for; never none. An interval is worth more than repeating what was
 * disturbed. */
static uint64_t affordable(const struct harness *h)
{
	double blocks = payable(h, h->share * (1 - REPEAT_SHARE));

	if (blocks < HARNESS_INTERVAL)
		blocks = payable(h, 1) >= HARNESS_INTERVAL ? HARNESS_INTERVAL : payable(h, 1 - REPEAT_SHARE);
	if (blocks < 1)
		return 1;
	return blocks > HARNESS_BLOCKS_MOST ? HARNESS_BLOCKS_MOST : (uint64_t)blocks;
}

static int decide_blocks(struct harness *h, struct error *error)
{
	uint64_t blocks = h->options->blocks ? h->options->blocks
			  : h->budget_ns     ? affordable(h)
					     : NANO_BLOCKS;

	if (h->plan->decided > h->stage || blocks_cells(h) == 0)
		return 0;
	if (h->budget_ns && !h->options->blocks &&
	    blocks < (nano_all(&h->suite) ? NANO_BLOCKS : HARNESS_BLOCKS_LEAST))
		progress_say(&h->progress,
			     "the budget allows %llu block%s of at least %d%s: give more with --budget, or "
			     "less to "
			     "do with --only%s%s",
			     (unsigned long long)blocks, blocks == 1 ? "" : "s", HARNESS_BLOCKS_LEAST,
			     blocks < HARNESS_INTERVAL ? ", too few for intervals" : "",
			     run_options_ablate(h->options) ? "" : " or --configs",
			     payable(h, 1) < 1 ? "; it will take longer" : "");
	return run_plan_decide_blocks(h->plan, blocks, h->directory, error);
}

bool harness_late(const struct harness *h, uint64_t cost_ns)
{
	return h->deadline_ns && clock_now_ns() + cost_ns > h->deadline_ns;
}

bool harness_time_up(struct harness *h, uint64_t round)
{
	uint64_t rounds = h->plan->blocks[h->stage];

	if (round == 0 || h->options->blocks || harness_stopped(h) || !harness_late(h, 0))
		return false;
	progress_say(&h->progress,
		     "the time is up after %llu of %llu blocks, as repetitions took longer than when tried "
		     "out: vmtax %s --resume --out %s goes on",
		     (unsigned long long)round, (unsigned long long)rounds, h->options->command,
		     h->directory);
	return true;
}

int harness_run(struct harness *h, struct error *error)
{
	int code = pilot_run(h, error);

	if (code == 0 && !h->interrupted)
		code = decide_blocks(h, error);
	if (code == 0 && !h->interrupted)
		code = blocks_run(h, error);
	if (code == 0 && !h->interrupted)
		code = blocks_repeat(h, error);
	if (code == 0 && h->not_repeated)
		progress_say(&h->progress,
			     "%zu block%s disturbed (by drift or steal) and not repeated for want of time: "
			     "flagged "
			     "in runs.csv",
			     h->not_repeated, h->not_repeated == 1 ? " was" : "s were");
	return code;
}

int harness_measure(struct harness *h, struct error *error)
{
	int code = harness_open(h, error);

	if (code == 0)
		code = harness_run(h, error);
	harness_close(h);
	return code;
}
