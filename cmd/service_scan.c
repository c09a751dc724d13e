/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/service_priv.h"

/* A scanner for viruses, without what it scans: bursts of CPU time over a buffer larger than inner caches. */
#define PERIOD_NS 100000000u
#define BURST_NS  30000000u /* of each period */
#define BUFFER	  (4u << 20)
#define PIECE	  (64u << 10)

static void scan(char *const *beside, int ready)
{
	static volatile unsigned char buffer[BUFFER], sum;
	uint64_t at = 0;

	(void)beside;
	if (write(ready, "", 1) != 1)
		return;
	for (;;) {
		uint64_t end = clock_thread_cpu_ns() + BURST_NS;

		while (clock_thread_cpu_ns() < end)
			for (unsigned i = 0; i < PIECE; i++, at++) {
				unsigned char old = buffer[at % BUFFER];

				buffer[at % BUFFER] = (unsigned char)(old + 1);
				sum ^= old;
			}
		nanosleep(&(struct timespec){ .tv_nsec = PERIOD_NS - BURST_NS }, NULL);
	}
}

const struct service service_scan = { "scan", scan };
