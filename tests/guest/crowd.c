/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <pthread.h>

#include "tests/guest/guest.h"

/* More threads than cores, each asking the host for something all the time, or sleeping, or computing. */
#define THREADS 12
#define READS	150
#define WORDS	4096

static char name[] = "crowd.XXXXXX";
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

int main(void)
{
	static void *(*const does[])(void *) = { read_words, read_words, read_words, nap, count };
	static uint32_t words[WORDS];
	pthread_t thread[THREADS];

	for (uint32_t i = 0; i < WORDS; i++)
		words[i] = i * 2654435761u;
	file = mkstemp(name);
	CHECK(file >= 0);
	unlink(name);
	CHECK_EQUAL(pwrite(file, words, sizeof(words), 0), sizeof(words));
	for (unsigned i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, does[i % 5], (void *)(uintptr_t)i))
			return 99;
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	CHECK_EQUAL(wrong, 0);
	close(file);
	return check_end();
}
