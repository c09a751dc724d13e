/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_ROOM_PRIV_H
#define CMD_ROOM_PRIV_H

#include "cmd/harness_priv.h"

/* Copies of WORKLOAD that run at once, at least 1, and the guest memory of each. */
size_t room_copies(const struct harness *h, const struct workload *workload);
uint64_t room_memory(const struct harness *h, const struct workload *workload);

/*
 * Refuses more VMs at once than there is memory for, before the first starts; where it is the suite that
 * asks for them, the workload is absent. 0, or negative errno with the sum.
 */
int room_check(struct harness *h, struct error *error);

/* How long a repetition of WORKLOAD may take. */
uint64_t room_timeout(const struct harness *h, const struct workload *workload);

#endif
