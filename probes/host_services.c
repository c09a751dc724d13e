/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

/* What the host's services used beside the program (knob host-services): whoever ends them brings it in. */
static bool available(struct error *error)
{
	(void)error;
	return true;
}

const struct probe probe_host_services = {
	.name = "host-services",
	.summary = "what the host does besides (--set host-services)",
	.available = available,
};
