/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/scratch_priv.h"

/* Text for workloads to read, sort, hash and compress: deterministic, neither random nor the same over and
 * over. */
#define WORDS 4096
#define CHUNK 65536

struct filler {
	uint64_t state;
	uint64_t line;
	char words[WORDS][8];
};

/* xorshift64* (Vigna, 2016). */
static uint64_t draw(struct filler *f)
{
	f->state ^= f->state >> 12;
	f->state ^= f->state << 25;
	f->state ^= f->state >> 27;
	return f->state * 0x2545f4914f6cdd1du >> 16;
}

static void make_words(struct filler *f)
{
	static const char consonants[] = "bcdfghjklmnprstvwz", vowels[] = "aeiou";

	for (int w = 0; w < WORDS; w++) {
		unsigned length = 2 + draw(f) % 6;

		for (unsigned i = 0; i < length; i++)
			f->words[w][i] = i % 2 ? vowels[draw(f) % (sizeof(vowels) - 1)]
					       : consonants[draw(f) % (sizeof(consonants) - 1)];
		f->words[w][length] = '\0';
	}
}

/* Few words are common and most are rare, as in a language: the smallest of three draws. */
static const char *draw_word(struct filler *f)
{
	uint64_t least = WORDS - 1;

	for (int i = 0; i < 3; i++) {
		uint64_t w = draw(f) % WORDS;

		least = w < least ? w : least;
	}
	return f->words[least];
}

/*
 * One line into TEXT (256 bytes), as a server's log has them; its length. The first word is random, so that
 * sorting has work to do; most of the rest comes again and again, as it does in logs.
 */
static size_t make_line(struct filler *f, char *text)
{
	static const char *const agents[] = { "X11; Linux x86_64", "Windows NT 10.0; Win64; x64",
					      "Macintosh; Intel Mac OS X 10_15_7" };
	uint64_t id = draw(f), number = draw(f);

	return (size_t)sprintf(
		text, "%08llx 10.0.%u.%u \"GET /%s/%s/%s.html HTTP/1.1\" %u %u \"Mozilla/5.0 (%s)\"\n",
		(unsigned long long)(id & 0xffffffff), (unsigned)(number & 7), (unsigned)(number >> 3 & 255),
		draw_word(f), draw_word(f), draw_word(f), number >> 11 & 15 ? 200 : 404,
		(unsigned)(number >> 15 & 0x3fff), agents[number % (sizeof(agents) / sizeof(*agents))]);
}

static int write_all(int fd, const char *data, size_t n, struct error *error)
{
	while (n > 0) {
		ssize_t written = write(fd, data, n);

		if (written < 0 && errno != EINTR)
			return error_fail(error, errno, "free some space, or choose another directory",
					  "cannot make a workload's file");
		if (written > 0) {
			data += written;
			n -= (size_t)written;
		}
	}
	return 0;
}

static bool stopped(int signal_fd)
{
	struct pollfd poll_ = { .fd = signal_fd, .events = POLLIN };

	return poll(&poll_, 1, 0) > 0;
}

int filler_write(int fd, const char *name, uint64_t bytes, int signal_fd, struct error *error)
{
	struct filler f = { .state = 0xcbf29ce484222325u };
	char chunk[CHUNK + 256];
	size_t used = 0;
	int code = 0;

	for (; *name; name++)
		f.state = (f.state ^ (unsigned char)*name) * 0x100000001b3u;
	make_words(&f);
	while (bytes > 0 && code == 0) {
		while (used < CHUNK && used < bytes)
			used += make_line(&f, chunk + used);
		used = used < bytes ? used : (size_t)bytes;
		code = stopped(signal_fd) ? -EINTR : write_all(fd, chunk, used, error);
		bytes -= used;
		used = 0;
	}
	return code;
}
