/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/scratch_priv.h"

/* Text for workloads to read, sort, hash and compress: deterministic, neither random nor repetitive. */
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

/* One line into TEXT (256 bytes); its length. */
static size_t make_line(struct filler *f, char *text)
{
	unsigned words = 4 + draw(f) % 9;
	size_t length = (size_t)sprintf(text, "%08llx", (unsigned long long)(draw(f) & 0xffffffff));

	for (unsigned i = 0; i < words; i++)
		length += (size_t)sprintf(text + length, " %s", draw_word(f));
	text[length++] = '\n';
	return length;
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

int filler_write(int fd, const char *name, uint64_t bytes, struct error *error)
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
		code = write_all(fd, chunk, used, error);
		bytes -= used;
		used = 0;
	}
	return code;
}
