/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_ROOM_PRIV_H
#define CMD_ROOM_PRIV_H

#include "cmd/harness_priv.h"

/* Refuses more VMs at once than there is memory for, before the first starts. 0, or negative errno with the
 * sum. */
int room_check(const struct harness *h, struct error *error);

#endif
