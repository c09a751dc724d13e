/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_EVENTS_PRIV_H
#define VMM_EVENTS_PRIV_H

/* events.c: a guest that measures one event instead of running a program. */
#include <stdbool.h>
#include <stdint.h>

#include "vmm/vmm_priv.h"

bool event_needs(const struct monitor *m, uint32_t what); /* all of WHAT: ABI_EVENT_APIC and so on */
int event_check(struct monitor *m); /* before anything is built: whether it can be measured here */
int event_open(struct monitor *m);  /* once the VM and its memory are there */
void event_stop(struct monitor *m); /* while guest memory is still there */
enum next event_said(struct vcpu *v, unsigned what); /* a write to ABI_PORT_EVENT */

#endif
