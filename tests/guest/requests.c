/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <x86intrin.h>

#include "tests/guest/attack.h"

/* Requests the guest kernel would not make: wild, two at a time, changed while they are served. */
static uint64_t random_word(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

/* Numbers as an attacker would pick them: small, at edges, huge. */
static uint64_t wild(void)
{
	static const uint64_t edges[] = { 0, 1, 7, 8, 4095, 4096, 1ull << 31, 1ull << 32, ~0ull, 1ull << 63 };
	uint64_t word = random_word();

	switch (word % 4) {
	case 0:
		return edges[word / 4 % (sizeof(edges) / sizeof(edges[0]))];
	case 1:
		return BOOT->memory_bytes - word / 4 % 64;
	case 2:
		return word / 4 % BOOT->memory_bytes;
	default:
		return random_word();
	}
}

/* Hands a request to the driver and returns at once. */
static void ring(void)
{
	volatile struct abi_asked *asked = &CHANNEL->asked[CHANNEL->submitted % ABI_SLOTS];
	const struct abi_request *r = &CHANNEL->slot[CHANNEL->submitted % ABI_SLOTS];

	asked->call = (uint16_t)r->call;
	asked->regular = (uint8_t)r->regular;
	for (int i = 0; i < 6; i++) {
		asked->argument[i] = r->argument[i];
		asked->segments[i] = r->segments[i];
	}
	__atomic_store_n(&asked->number, ++CHANNEL->submitted, __ATOMIC_SEQ_CST);
	if (CHANNEL->driver_asleep)
		out(ABI_PORT_DOORBELL, 0);
}

static struct abi_answer *last_answer(void)
{
	return &CHANNEL->answer[(CHANNEL->submitted - 1) % ABI_SLOTS];
}

static bool answered(void)
{
	return __atomic_load_n(&last_answer()->number, __ATOMIC_SEQ_CST) == CHANNEL->submitted;
}

static struct abi_request *next_slot(void)
{
	struct abi_request *r = &CHANNEL->slot[CHANNEL->submitted % ABI_SLOTS];

	memset(r, 0, sizeof(*r));
	return r;
}

static void fill_wild(struct abi_request *r)
{
	static const uint32_t calls[] = {
		ABI_CALL_read,	  ABI_CALL_write, ABI_CALL_pread64, ABI_CALL_readv,    ABI_CALL_writev,
		ABI_CALL_fstat,	  ABI_CALL_stat,  ABI_CALL_getcwd,  ABI_CALL_readlink, ABI_CALL_getdents64,
		ABI_CALL_statx,	  ABI_CALL_ioctl, ABI_CALL_fcntl,   ABI_CALL_pipe,     ABI_CALL_getrandom,
		ABI_CALL_sysinfo, ABI_CALL_times, ABI_CALL_map,	    ABI_CALL_unmap,    ABI_CALL_discard,
	};

	for (int i = 0; i < 6; i++) {
		r->argument[i] = wild();
		r->segments[i] = (uint8_t)(random_word() % 3 ? random_word() % 3 : random_word());
	}
	for (int i = 0; i < ABI_SEGMENTS; i++)
		r->segment[i] = (struct abi_segment){ wild(), wild() };
	r->regular = (uint32_t)random_word() % 5;
	r->call = random_word() % 8 ? calls[random_word() % (sizeof(calls) / sizeof(calls[0]))]
				    : (uint32_t)wild();
	if (r->call == ABI_CALL_read || r->call == ABI_CALL_write || r->call == ABI_CALL_readv ||
	    r->call == ABI_CALL_writev)
		r->argument[0] =
			(uint64_t)open("/dev/null", O_RDWR); /* nothing to wait for, nothing to harm */
	if (r->call == ABI_CALL_map || r->call == ABI_CALL_unmap || r->call == ABI_CALL_discard)
		r->argument[0] |= BOOT->memory_bytes / 2; /* not the program's own, which is to go on */
}

/* 0 to 2 stay as they are, so that the program can tell of its end; the rest is closed. */
static void wild_exit(void)
{
	for (int i = 0; i < 2000; i++) {
		fill_wild(&CHANNEL->exit_slot);
		out(ABI_PORT_REQUEST, 0);
		syscall(SYS_close, 3 + i % 60);
	}
}

static void wild_ring(void)
{
	for (int i = 0; i < 2000; i++) {
		fill_wild(next_slot());
		ring();
		for (uint64_t since = __rdtsc(); __rdtsc() - since < 2000000 && !answered();)
			__asm__ volatile("pause");
		syscall(SYS_close, 3 + i % 60);
	}
}

/* Requests by both ways at once, and indices from nowhere. */
static void both_ways(void)
{
	int zero = open("/dev/zero", O_RDONLY);

	for (int i = 0; i < 2000; i++) {
		struct abi_request *r = next_slot();

		r->call = CHANNEL->exit_slot.call = ABI_CALL_read;
		r->argument[0] = CHANNEL->exit_slot.argument[0] = (uint64_t)zero;
		r->segments[1] = CHANNEL->exit_slot.segments[1] = 1;
		r->segment[0] = CHANNEL->exit_slot.segment[0] =
			(struct abi_segment){ BOOT->memory_bytes - 65536, 65536 };
		ring();
		out(ABI_PORT_REQUEST, 0);
	}
	CHANNEL->submitted += 1u << 31;
	for (int i = 0; i < ABI_SLOTS; i++) {
		CHANNEL->asked[i].number += 1u << 31;
		CHANNEL->answer[i].number = 77;
	}
	CHANNEL->driver_asleep = CHANNEL->guest_asleep = ~0u;
	out(ABI_PORT_DOORBELL, 0);
}

/* Changes a request while it is served: what was checked must be what is used. */
static void change_served(void)
{
	int null = open("/dev/null", O_WRONLY);
	uint64_t edge = BOOT->memory_bytes - 16;

	for (int i = 0; i < 20000; i++) {
		volatile struct abi_request *r = next_slot();

		r->call = ABI_CALL_writev;
		r->argument[0] = (uint64_t)null;
		r->segments[1] = 1;
		r->segment[0].gpa = edge;
		r->segment[0].bytes = 16;
		ring();
		for (uint64_t n = 0; !answered() && n < 200000; n++) {
			r->segment[0].bytes = n % 2 ? 16 : 1ull << 30;
			CHANNEL->asked[(CHANNEL->submitted - 1) % ABI_SLOTS].call =
				n % 2 ? ABI_CALL_writev : 0xfff0;
			CHANNEL->asked[(CHANNEL->submitted - 1) % ABI_SLOTS].segments[1] = n % 3 ? 1 : 200;
		}
		while (!answered())
			__asm__ volatile("pause");
		if (last_answer()->result > 16) {
			puts("the host read beyond guest memory");
			exit(1);
		}
	}
}

/* Has the driver wait for what never comes, and ends. */
static void block_driver(void)
{
	struct abi_request *r = next_slot();
	int ends[2];

	if (pipe(ends))
		exit(1);
	r->call = ABI_CALL_read;
	r->argument[0] = (uint64_t)ends[0];
	r->segments[1] = 1;
	r->segment[0] = (struct abi_segment){ BOOT->memory_bytes - 4096, 4096 };
	ring();
}

static volatile int racing = 1, raced;

static void *race(void *argument)
{
	volatile struct abi_request *r = argument;

	for (uint64_t n = 0; racing; n++) {
		r->segment[0].bytes = n % 2 ? 16 : 1ull << 30;
		r->segments[1] = (uint8_t)(n % 2);
		r->call = n % 2 ? ABI_CALL_writev : 0xfffffff0;
	}
	raced = 1;
	return NULL;
}

/* The same from another vCPU, while the request leaves by exit. */
static void race_exit(void)
{
	int null = open("/dev/null", O_WRONLY);
	struct abi_request *r = &CHANNEL->exit_slot;
	pthread_t thread;
	bool beyond = false;

	if (pthread_create(&thread, NULL, race, r))
		exit(1);
	for (int i = 0; i < 2000; i++) {
		r->argument[0] = (uint64_t)null;
		r->segment[0].gpa = BOOT->memory_bytes - 16;
		out(ABI_PORT_REQUEST, 0);
		beyond |= r->result > 16;
	}
	racing = 0;
	while (!raced) /* or it would have a hand in what the library asks for next */
		;
	pthread_join(thread, NULL);
	if (beyond)
		exit(1);
}

/* Threads where there can be none, and some the guest kernel knows nothing of. */
static void wild_threads(void)
{
	for (int i = 0; i < 300; i++) {
		struct abi_request *r = &CHANNEL->exit_slot;

		memset(r, 0, sizeof(*r));
		r->call = i % 4 < 2 ? ABI_CALL_thread : ABI_CALL_vcpu;
		r->argument[0] = i % 2 ? wild() : BOOT->memory_bytes - (uint64_t)(i % 60) * ABI_BLOCK_SIZE;
		out(ABI_PORT_REQUEST, 0);
	}
}

static void wild_ports(void)
{
	for (int port = ABI_PORT_REQUEST; port <= ABI_PORT_BENCH; port++) {
		uint32_t value = 1;

		if (port == ABI_PORT_FAULT || port == ABI_PORT_EXIT)
			continue;
		CHANNEL->exit_slot.call = ABI_CALL_null;
		for (int i = 0; i < 3; i++)
			out((uint16_t)port, (uint8_t)i);
		__asm__ volatile("inb %w1, %b0" : "=a"(value) : "Nd"(port));
	}
}

/* A mapping that was cut short, handed to where the monitor itself looks at memory. */
static void cut_mapping(void)
{
	int fd = open("cut", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *p;

	unlink("cut");
	if (ftruncate(fd, 8192))
		exit(1);
	p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	p[4096] = 1;
	if (ftruncate(fd, 4096))
		exit(1);
	dup2(open("/dev/null", O_WRONLY), 2);
	(void)!write(2, p + 4096, 64);
	CHECK_FAILS(truncate("no such name", 0), ENOENT);
}

int main(int argc, char **argv)
{
	static const struct attack attacks[] = {
		{ "wild-exit", wild_exit },	  { "wild-ring", wild_ring },
		{ "both-ways", both_ways },	  { "change-served", change_served },
		{ "block-driver", block_driver }, { "wild-ports", wild_ports },
		{ "cut-mapping", cut_mapping },	  { "race-exit", race_exit },
		{ "wild-threads", wild_threads }, { NULL, NULL },
	};

	return attack(argc, argv, attacks);
}
