/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "probes/probes_priv.h"
#include "probes/trace_priv.h"

/*
 * The tracepoints that are recorded, and what of their records is kept. Where a field lies is told by
 * tracefs; a record begins with the tracepoint's number.
 */
#define KVM_RUN	 0xae80u /* ioctl(2)'s request */
#define NR_IOCTL 16
#define NR_MMAP	 9
#define PAGE	 4096
/* The states a thread is left in, as sched_switch prints them: it waits, or has ended. Preempted: 0x100. */
#define WAITING 0xff
#define ENDED	0x30
/* Of a record's flags: TRACE_FLAG_NEED_RESCHED and its lazy kind, of linux/trace_events.h. */
#define WANTED	       0x06
#define HARD_INTERRUPT 0x08

enum point {
	POINT_ENTER,
	POINT_LEAVE,
	POINT_WAKE,
	POINT_SWITCH,
	POINT_GUEST,
	POINT_EXIT,
	POINT_USER_EXIT,
	POINT_FAULT,
	POINT_PORT,
	POINT_NOTE,
	POINT_RAISE,
	POINT_INJECT,
	POINT_HALT,
	POINT_TOUCH,
	POINT_KERNEL_TOUCH,
};

static const struct {
	struct trace_point point;
	enum trace_kind kind;
	const char *field[2];
} points[TRACE_POINTS] = {
	[POINT_ENTER] = { { "raw_syscalls:sys_enter" }, TRACE_SYSCALL, { "id", "args" } },
	[POINT_LEAVE] = { { "raw_syscalls:sys_exit" }, TRACE_RETURN, { "ret" } },
	[POINT_WAKE] = { { "sched:sched_waking", .all = true }, TRACE_WAKE, { "pid" } },
	[POINT_SWITCH] = { { "sched:sched_switch", .all = true }, TRACE_OFF, { "prev_state", "next_pid" } },
	[POINT_GUEST] = { { "kvm:kvm_entry", .kvm = true }, TRACE_GUEST, { NULL } },
	[POINT_EXIT] = { { "kvm:kvm_exit", .kvm = true }, TRACE_EXIT, { "exit_reason", "isa" } },
	[POINT_USER_EXIT] = { { "kvm:kvm_userspace_exit", .kvm = true }, TRACE_USER_EXIT, { "reason" } },
	[POINT_FAULT] = { { "kvm:kvm_page_fault", .kvm = true },
			  TRACE_FAULT,
			  { "fault_address", "error_code" } },
	[POINT_PORT] = { { "kvm:kvm_pio", .kvm = true, .silent = true }, TRACE_PORT, { NULL } },
	[POINT_NOTE] = { { "rcu:rcu_utilization", .kvm = true, .silent = true,
			   .filter = "s == \"Start context switch\"" },
			 TRACE_NOTE,
			 { NULL } },
	[POINT_RAISE] = { { "kvm:kvm_apic_accept_irq", .kvm = true }, TRACE_RAISE, { "vec" } },
	[POINT_INJECT] = { { "kvm:kvm_inj_virq", .kvm = true }, TRACE_INJECT, { "vector" } },
	[POINT_HALT] = { { "kvm:kvm_vcpu_wakeup", .kvm = true }, TRACE_HALT, { "ns", "waited" } },
	[POINT_TOUCH] = { { "exceptions:page_fault_user", .pages = true },
			  TRACE_TOUCH,
			  { "address", "error_code" } },
	[POINT_KERNEL_TOUCH] = { { "exceptions:page_fault_kernel", .pages = true },
				 TRACE_TOUCH,
				 { "address", "error_code" } },
};

const struct trace_point *trace_point(size_t i)
{
	return i < TRACE_POINTS ? &points[i].point : NULL;
}

/* The offset of FIELD in a tracepoint's FORMAT: "field:unsigned int exit_reason;	offset:8;
 * size:4;". */
static int field_offset(const char *format, const char *field, uint16_t *offset)
{
	size_t length = strlen(field);

	for (const char *at = format; (at = strstr(at, field)); at += length) {
		const char *after = at + length;
		unsigned number;

		if (at == format || at[-1] != ' ')
			continue;
		if (*after == '[')
			after = strchr(after, ']') ? strchr(after, ']') + 1 : after;
		if (sscanf(after, "; offset:%u;", &number) == 1 && number < 4096) {
			*offset = (uint16_t)number;
			return 0;
		}
	}
	return -EINVAL;
}

static int read_format(struct trace_formats *formats, size_t i, struct error *error)
{
	char format[16384], path[128], name[64];
	struct perf_event_attr attribute;
	int code = probe_tracepoint_encode(points[i].point.name, &attribute, error);

	if (code)
		return code;
	snprintf(name, sizeof(name), "%s", points[i].point.name);
	*strchr(name, ':') = '/';
	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/format", name);
	code = probe_read_text(path, format, sizeof(format));
	if (code < 0) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/tracing/events/%s/format", name);
		code = probe_read_text(path, format, sizeof(format));
	}
	if (code < 0)
		return error_fail(error, -code, "run as root", "cannot read %s", path);
	for (int f = 0; f < 2 && points[i].field[f]; f++)
		if (field_offset(format, points[i].field[f], &formats->field[i][f]))
			return error_fail(error, 0, "tell vmtax's authors which kernel this is",
					  "%s has no field %s", points[i].point.name, points[i].field[f]);
	formats->id[i] = (uint16_t)attribute.config;
	return 0;
}

int trace_formats_read(struct trace_formats *formats, struct error *error)
{
	*formats = (struct trace_formats){ 0 };
	for (size_t i = 0; i < TRACE_POINTS; i++) {
		int code = read_format(formats, i, error);

		if (code && !points[i].point.kvm && !points[i].point.pages)
			return code;
	}
	return 0;
}

static uint64_t read_64(const uint8_t *data, uint32_t bytes, unsigned at)
{
	uint64_t value = 0;

	if (at + sizeof(value) <= bytes)
		memcpy(&value, data + at, sizeof(value));
	return value;
}

static uint32_t read_32(const uint8_t *data, uint32_t bytes, unsigned at)
{
	uint32_t value = 0;

	if (at + sizeof(value) <= bytes)
		memcpy(&value, data + at, sizeof(value));
	return value;
}

/*
 * What mmap is asked for: so many pages; of a file for a program's data alone. A program's code and what the
 * dynamic linker maps (it alone still asks for MAP_DENYWRITE) come with each execve(2), and of their pages
 * few are used.
 */
static uint32_t mapped(uint64_t length, uint32_t flags)
{
	uint64_t pages = length / PAGE + (length % PAGE > 0);
	uint32_t most = pages < TRACE_MAPS_FILE ? (uint32_t)pages : TRACE_MAPS_FILE - 1;

	if (flags & MAP_ANONYMOUS)
		return most;
	return TRACE_MAPS_FILE | (flags & MAP_DENYWRITE ? 0 : most);
}

/* A call's number, and its first argument, or of mmap what it maps. */
static uint64_t call_value(uint64_t number, uint32_t first, uint64_t length, uint32_t flags)
{
	return number | (uint64_t)(number == NR_MMAP ? mapped(length, flags) : first) << 32;
}

uint64_t trace_call_value(uint32_t number, const uint64_t *args)
{
	return call_value(number, (uint32_t)args[0], args[1], (uint32_t)args[3]);
}

/* One thread leaves the CPU, and would go on where its state is none to wait in; another has it. */
static size_t switched(const uint8_t *data, uint32_t bytes, const uint16_t *field, struct trace_event e[2])
{
	uint32_t state = read_32(data, bytes, field[0]);
	struct trace_event on = e[0];
	size_t n = 0;

	on.kind = TRACE_ON;
	on.value = 0;
	on.tid = (int32_t)read_32(data, bytes, field[1]);
	if ((state & ENDED) == 0)
		e[n++].value = (state & WAITING) == 0;
	e[n++] = on;
	return n;
}

size_t trace_decode(const struct trace_formats *f, const uint8_t *data, uint32_t bytes,
		    struct trace_event e[2])
{
	uint16_t id = (uint16_t)read_32(data, bytes, 0);
	size_t i = 0;

	while (i < TRACE_POINTS && (f->id[i] == 0 || f->id[i] != id))
		i++;
	if (i == TRACE_POINTS)
		return 0;
	e->kind = (uint16_t)points[i].kind;
	switch (i) {
	case POINT_ENTER:
		e->value = read_64(data, bytes, f->field[i][0]);
		if (e->value == NR_IOCTL && read_32(data, bytes, f->field[i][1] + 8u) == KVM_RUN)
			e->kind = TRACE_RUN;
		else
			e->value = call_value(e->value, read_32(data, bytes, f->field[i][1]),
					      read_64(data, bytes, f->field[i][1] + 8u),
					      read_32(data, bytes, f->field[i][1] + 24u));
		break;
	case POINT_WAKE: /* an interrupt is nobody's */
		e->value = read_32(data, bytes, 0) >> 16 & HARD_INTERRUPT ? 0 : (uint32_t)e->tid;
		e->tid = (int32_t)read_32(data, bytes, f->field[i][0]);
		break;
	case POINT_SWITCH:
		return switched(data, bytes, f->field[i], e);
	case POINT_EXIT:
		e->value = (uint64_t)read_32(data, bytes, f->field[i][1]) << 32 |
			   read_32(data, bytes, f->field[i][0]);
		break;
	case POINT_HALT:
		e->value = read_64(data, bytes, f->field[i][0]) & ~TRACE_BLOCKED;
		if (read_32(data, bytes, f->field[i][1]) & 0xff) /* a bool */
			e->value |= TRACE_BLOCKED;
		break;
	case POINT_FAULT:
	case POINT_TOUCH:
	case POINT_KERNEL_TOUCH:
		e->value = (read_64(data, bytes, f->field[i][0]) & ~(uint64_t)(PAGE - 1)) |
			   (read_32(data, bytes, f->field[i][1]) & (PAGE - 1));
		break;
	case POINT_NOTE: /* its common_flags, as tracefs's README numbers them */
		e->value = read_32(data, bytes, 0) >> 16 & WANTED ? TRACE_RESCHEDULES : 0;
		break;
	case POINT_RAISE: /* the vector is the first of its bytes */
	case POINT_INJECT:
		e->value = read_32(data, bytes, f->field[i][0]) & 0xff;
		break;
	default:
		e->value = points[i].field[0] ? read_32(data, bytes, f->field[i][0]) : 0;
	}
	return 1;
}
