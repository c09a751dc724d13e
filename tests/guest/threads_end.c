/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <pthread.h>

#include "tests/guest/guest.h"

/* Ways for a program of many threads to end, by name: some run, some wait in the guest, some in the host. */
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static volatile int spinning;

static void *spin(void *argument)
{
	spinning = 1;
	for (;;)
		__asm__ volatile("pause");
	return argument;
}

static void *wait_lock(void *argument)
{
	pthread_mutex_lock(&held);
	return argument;
}

static void *wait_pipe(void *argument)
{
	int ends[2];
	char byte;

	if (pipe(ends) || read(ends[0], &byte, 1) != 1)
		exit(99);
	return argument;
}

static void *wait_long(void *argument)
{
	sleep(1000);
	return argument;
}

static void start(void *(*function)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, function, NULL))
		exit(98);
}

static void *do_exit(void *argument)
{
	(void)argument;
	exit(7);
}

static void *do_abort(void *argument)
{
	(void)argument;
	abort();
}

static void *do_crash(void *argument)
{
	static int *volatile nowhere = (int *)8;

	*nowhere = 1;
	return argument;
}

static void *end_later(void *argument)
{
	usleep(20000);
	puts("later");
	fflush(stdout);
	return argument;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void *(*last)(void *);
	} ends[] = {
		{ "exit", do_exit },
		{ "abort", do_abort },
		{ "crash", do_crash },
		{ "return", NULL },
	};

	if (argc < 2)
		return 97;
	if (strcmp(argv[1], "leader-first") == 0) {
		start(end_later);
		pthread_exit(NULL);
	}
	pthread_mutex_lock(&held);
	start(spin);
	for (int i = 0; i < 5; i++) {
		start(wait_lock);
		start(wait_pipe);
		start(wait_long);
	}
	while (!spinning)
		usleep(1000);
	puts("before");
	fflush(stdout);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (strcmp(argv[1], ends[i].name) != 0)
			continue;
		if (ends[i].last == NULL)
			return 5;
		start(ends[i].last);
		for (;;)
			pause();
	}
	return 96;
}
