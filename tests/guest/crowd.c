/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>

#include "tests/guest/guest.h"

/*
 * More threads than cores, each asking the host for something all the time, or sleeping, or computing; and
 * the same in as many processes at once as the argument says, of which each begins to be driven while it
 * runs.
 */
#define THREADS 12
#define READS	150
#define WORDS	4096

static int file;
static unsigned wrong;

static void *read_words(void *argument)
{
	unsigned at = (unsigned)(uintptr_t)argument;

	for (int i = 0; i < READS; i++) {
		uint32_t word = 0;

		at = (at * 1103515245u + 12345u) % WORDS;
		if (pread(file, &word, sizeof(word), (off_t)at * 4) != 4 || word != at * 2654435761u)
			__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void *nap(void *argument)
{
	for (int i = 0; i < 5; i++)
		usleep(2000);
	return argument;
}

static void *count(void *argument)
{
	for (volatile long i = 0; i < 3000000; i = i + 1)
		;
	return argument;
}

static void run(void)
{
	static void *(*const does[])(void *) = { read_words, read_words, read_words, nap, count };
	static uint32_t words[WORDS];
	pthread_t thread[THREADS];
	char name[] = "crowd.XXXXXX";

	for (uint32_t i = 0; i < WORDS; i++)
		words[i] = i * 2654435761u;
	file = mkstemp(name);
	CHECK(file >= 0);
	unlink(name);
	CHECK_EQUAL(pwrite(file, words, sizeof(words), 0), sizeof(words));
	for (unsigned i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, does[i % 5], (void *)(uintptr_t)i))
			exit(99);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	CHECK_EQUAL(wrong, 0);
	close(file);
}

int main(int argc, char **argv)
{
	int processes = argc > 1 ? atoi(argv[1]) : 0, status;

	if (processes == 0)
		run();
	for (int i = 0; i < processes; i++)
		if (fork() == 0) {
			run();
			_exit(failures > 0);
		}
	while (wait(&status) > 0)
		CHECK_EQUAL(status, 0);
	CHECK(processes == 0 || errno == ECHILD);
	return check_end();
}
