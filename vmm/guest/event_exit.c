/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/event.h"

/* Exits: to the monitor, to KVM alone, and requests that ask for nothing, by each transport. */
#define PIC_MASK	0x21   /* the 8259's port that is read */
#define APIC_VERSION	0x30   /* the local APIC's register that is read */
#define SINGLES_ASLEEP	60     /* each waits for the driver to fall asleep */
#define KERNEL_DOORBELL 0x1000 /* in the device's memory: what ends in the kernel */

static volatile uint32_t *device(uint64_t offset)
{
	return at(ABI_DEVICE + offset);
}

static void write_port_monitor(uint64_t n)
{
	while (n--)
		port_write(ABI_PORT_NOTHING, 0);
}

static void read_port_monitor(uint64_t n)
{
	while (n--)
		port_read(ABI_PORT_NOTHING);
}

static void write_port_kernel(uint64_t n)
{
	while (n--)
		port_write(ABI_PORT_KERNEL, 0);
}

/* In ring 0: the port is not the program's. */
static void read_port_kernel(uint64_t n)
{
	while (n--)
		port_read(PIC_MASK);
}

static void write_memory_monitor(uint64_t n)
{
	while (n--)
		*device(0) = 0;
}

static void read_memory_monitor(uint64_t n)
{
	while (n--)
		(void)*device(0);
}

static void write_memory_kernel(uint64_t n)
{
	while (n--)
		*device(KERNEL_DOORBELL) = 0;
}

static void read_memory_kernel(uint64_t n)
{
	while (n--)
		(void)*(volatile uint32_t *)at(ABI_APIC + APIC_VERSION);
}

static void request(uint64_t n)
{
	while (n--)
		channel_submit(channel_begin(ABI_CALL_null, false));
}

static uint64_t request_asleep(bool empty)
{
	uint64_t start;

	if (empty)
		return 0;
	while (!__atomic_load_n(&CHANNEL->driver_asleep, __ATOMIC_ACQUIRE))
		port_write(ABI_PORT_YIELD, UINT8_MAX); /* sleeps a little */
	start = tsc();
	request(1);
	return tsc() - start;
}

const struct event events_exit[ABI_EVENT_COUNT] = {
	[ABI_EVENT_port_write_monitor] = { .ring3 = write_port_monitor },
	[ABI_EVENT_port_read_monitor] = { .ring3 = read_port_monitor },
	[ABI_EVENT_port_write_kernel] = { .ring3 = write_port_kernel },
	[ABI_EVENT_port_read_kernel] = { .ring0 = read_port_kernel },
	[ABI_EVENT_mmio_write_monitor] = { .ring3 = write_memory_monitor },
	[ABI_EVENT_mmio_read_monitor] = { .ring3 = read_memory_monitor },
	[ABI_EVENT_mmio_write_kernel] = { .ring3 = write_memory_kernel },
	[ABI_EVENT_mmio_read_kernel] = { .ring3 = read_memory_kernel },
	[ABI_EVENT_null_exit] = { .ring3 = request },
	[ABI_EVENT_null_eventfd] = { .ring3 = request },
	[ABI_EVENT_null_ring] = { .ring3 = request },
	[ABI_EVENT_null_ring_asleep] = { .once = request_asleep, .most = SINGLES_ASLEEP },
};
