/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cmd/service_priv.h"

/*
 * A directory, as a domain controller is one: answers who a user is over a socket. Those who ask are a thread
 * of the same process, at a steady pace.
 */
#define USERS	 4096
#define NAME	 16
#define PAUSE_NS 500000 /* between two questions */

struct user {
	char name[NAME];
	unsigned id;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct user *)a)->name, ((const struct user *)b)->name);
}

static void *ask(void *argument)
{
	int fd = *(int *)argument;
	struct user user = { .id = 0 };

	for (unsigned i = 0;; i = (i + 617) % USERS) { /* a stride that visits all */
		snprintf(user.name, sizeof(user.name), "user%04u", i);
		if (write(fd, user.name, sizeof(user.name)) != sizeof(user.name) ||
		    read(fd, &user.id, sizeof(user.id)) != sizeof(user.id))
			return NULL;
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
	}
}

static void answer(char *const *beside, int ready)
{
	static struct user user[USERS];
	int ends[2];
	pthread_t asker;
	struct user key = { .id = 0 };

	(void)beside;
	for (unsigned i = 0; i < USERS; i++) {
		user[i].id = i;
		snprintf(user[i].name, sizeof(user[i].name), "user%04u", i);
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) ||
	    pthread_create(&asker, NULL, ask, &ends[1]) || write(ready, "", 1) != 1)
		return;
	while (read(ends[0], key.name, sizeof(key.name)) == sizeof(key.name)) {
		const struct user *found = bsearch(&key, user, USERS, sizeof(user[0]), compare);

		if (found == NULL || write(ends[0], &found->id, sizeof(found->id)) != sizeof(found->id))
			return;
	}
}

const struct service service_directory = { "directory", answer };
