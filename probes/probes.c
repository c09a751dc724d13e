/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

/* The table of probes: each row is defined by the file of its name. */
const struct probe *const probes[] = {
	&probe_stamps,	    &probe_kvm_stats,	  &probe_rusage,      &probe_schedstat,
	&probe_guest_time,  &probe_perf,	  &probe_tracepoints, &probe_trace,
	&probe_host,	    &probe_host_services, &probe_proc_io,     &probe_kthreads,
	&probe_host_memory, &probe_layer,	  &probe_counters,    NULL,
};
