/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "model/plan/plan_priv.h"

/* What licences of a host cost. */

double plan_licence_cost(const struct plan_kind *kind, const struct plan_config *config)
{
	const struct plan_licence *licence = config->hypervisor ? &kind->hypervisor : &kind->host_os;
	const double counted[] = { [PER_HOST] = 1, [PER_SOCKET] = kind->sockets, [PER_CORE] = kind->cores };
	double units = fmax(counted[licence->per], licence->minimum);

	if (licence->pack > 0)
		units = ceil(units / licence->pack - 1e-9) * licence->pack;
	return units * licence->price;
}
