/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_CONFIG_H
#define VMM_CONFIG_H

/* Configurations of the monitor: rows of knobs. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum vmm_knob_id {
	VMM_TRANSPORT,
	VMM_COMPLETION,
	VMM_IRQCHIP,
	VMM_BACKEND,
	VMM_MEMORY,
	VMM_GUEST_PAGES,
	VMM_SCHEDULING,
	VMM_IDLE,
	VMM_CLOCK,
	VMM_TICK,
	VMM_HOST_SERVICES,
	VMM_KNOBS,
};

enum { VMM_TRANSPORT_EXIT, VMM_TRANSPORT_RING, VMM_TRANSPORT_EVENTFD };
enum { VMM_COMPLETION_INJECT, VMM_COMPLETION_POLL };
enum { VMM_IRQCHIP_KERNEL, VMM_IRQCHIP_USER };
enum { VMM_BACKEND_BUFFERED, VMM_BACKEND_URING, VMM_BACKEND_DIRECT };
enum { VMM_MEMORY_LAZY4K, VMM_MEMORY_LOCKED4K, VMM_MEMORY_LOCKED_HUGE, VMM_MEMORY_MALLOC_HUGE };
enum { VMM_GUEST_PAGES_4K, VMM_GUEST_PAGES_2M };
enum { VMM_SCHEDULING_SHARED, VMM_SCHEDULING_PINNED, VMM_SCHEDULING_FIFO };
enum { VMM_IDLE_EXIT, VMM_IDLE_POLL };
enum { VMM_CLOCK_TSC, VMM_CLOCK_EXIT };
enum { VMM_TICK_0, VMM_TICK_100, VMM_TICK_250, VMM_TICK_1000 };
enum {
	VMM_HOST_SERVICES_NONE,
	VMM_HOST_SERVICES_BACKUP,
	VMM_HOST_SERVICES_SCAN,
	VMM_HOST_SERVICES_DIRECTORY,
	VMM_HOST_SERVICES_ALL
};

/* One value a knob can take. */
struct vmm_value {
	const char *name;     /* "locked-huge" */
	const char *summary;  /* what it does, one line */
	const char *fallback; /* value taken where this one cannot be set; NULL: none needed */
	const char *unbuilt;  /* why no machine can set it yet; NULL once it works */
};

/* One knob. Its id is its index in vmm_knobs; a value's id its index in values. */
struct vmm_knob {
	const char *name;		/* "transport" */
	const char *column;		/* its column in runs.csv: "guest_pages" for guest-pages */
	const char *summary;		/* what it decides, one line */
	bool native;			/* whether it also means something without a VM */
	const struct vmm_value *values; /* ends with a row whose name is NULL */
};

extern const struct vmm_knob vmm_knobs[VMM_KNOBS];

/* A named row of knobs. */
struct vmm_preset {
	const char *name;
	const char *summary;
	bool native; /* a plain process, no VM */
	uint8_t value[VMM_KNOBS];
};

/* The presets, ending with a row whose name is NULL. */
extern const struct vmm_preset vmm_presets[];

#define VMM_CONFIG_NAME 256 /* room for every knob set */

/* A configuration asked for or in force. */
struct vmm_config {
	char name[VMM_CONFIG_NAME]; /* of its row, then "+knob=value" for each knob that differs from it */
	bool native;
	uint8_t value[VMM_KNOBS];
	uint8_t base[VMM_KNOBS]; /* the row it is named for */
};

/*
 * The preset NAME, which may have "+knob=value" behind it as in names of configurations, goes into CONFIG. 0,
 * or -EINVAL with the nearest name as the mend; also where a knob named so means nothing without a VM.
 */
int vmm_config_preset(struct vmm_config *config, const char *name, struct error *error);

/* CONFIG as it is becomes a row of its own, called NAME. */
void vmm_config_rename(struct vmm_config *config, const char *name);

/* CONFIG's values in the words of the presets alone, as the monitor understands them: "hosted+tick=100". */
void vmm_config_spell(const struct vmm_config *config, char text[VMM_CONFIG_NAME]);

/*
 * Applies "knob=value+knob=value", each as vmm_config_set, but a knob that means nothing to CONFIG is an
 * error: who names a configuration's knobs means them. 0 or -EINVAL.
 */
int vmm_config_add(struct vmm_config *config, const char *assignments, struct error *error);

/*
 * Applies one "knob=value" and names CONFIG anew. A knob that means nothing without a VM leaves a native
 * CONFIG as it is, so that one --set serves a row of configurations. 0, or -EINVAL (nearest suggested).
 */
int vmm_config_set(struct vmm_config *config, const char *assignment, struct error *error);

/* Name of the value of knob ID in CONFIG: "ring". */
const char *vmm_config_value(const struct vmm_config *config, enum vmm_knob_id id);

/* What KNOB's VALUE takes in cores, memory and compatibility, for people; NULL: not told. */
const char *vmm_value_cost(enum vmm_knob_id knob, unsigned value);

/* Whether KNOB can take VALUE here; if not, WHY (SIZE bytes) has the reason. Opens /dev/kvm at most. */
bool vmm_value_available(enum vmm_knob_id knob, unsigned value, char *why, size_t size);

/* Whether this process may use more cores than one. */
bool vmm_two_cores(void);

/*
 * Replaces each value of CONFIG that this machine cannot set by its fallback, as the monitor will. REASON[id]
 * says why for each that changed, "" elsewhere. Returns how many changed. (locked-huge can still fall back
 * later, when memory is populated.)
 */
int vmm_config_fall_back(struct vmm_config *config, char reason[VMM_KNOBS][96]);

/* The KVM backend: "kvm_intel", "kvm_amd", "kvm_pvm", "kvm" (unknown); NULL with ERROR: no /dev/kvm. */
const char *vmm_backend_name(struct error *error);

/* The same where /dev/kvm is known to work, but may be no longer ours to open. */
const char *vmm_module_name(void);

/* Whether the running kernel is Linux MAJOR.MINOR or newer. */
bool vmm_kernel_since(int major, int minor);

#endif
