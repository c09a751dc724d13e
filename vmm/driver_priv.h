/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_DRIVER_PRIV_H
#define VMM_DRIVER_PRIV_H

/* The threads that serve rings. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct monitor;
struct vcpu;
struct vmm_thread;

/* A thread that serves the rings of some vCPUs. */
struct driver {
	struct monitor *monitor;
	unsigned id;
	pthread_t host;
	int doorbell;		   /* eventfd: wakes it */
	struct vmm_thread *thread; /* its row of the report */
	atomic_bool ready, parked;
};

/* What they all do. They sleep before the program runs, and after, so that a harness can read what they used.
 */
enum driver_phase { DRIVER_WAITING, DRIVER_SERVING, DRIVER_BARE, DRIVER_PARKING, DRIVER_ENDING };

/* driver_serve.c: what one does while the program runs. */
void driver_serve(struct driver *d);	    /* until they park */
bool driver_polls(const struct monitor *m); /* rather than be woken for each request */

/* driver.c: their lives. */
unsigned driver_count(const struct monitor *m); /* as many as there are to be */
int driver_start(struct monitor *m);		/* asleep */
void driver_go(struct monitor *m);		/* the program is about to run */
void driver_bare(struct monitor *m, bool bare); /* bench: the baseline instead of requests */
void driver_park(struct monitor *m);		/* it has ended: asleep again, their times in the report */
void driver_stop(struct monitor *m);
void driver_adopt(struct vcpu *v);	     /* tells a new vCPU whose doorbell to ring */
void driver_count_cpu(struct monitor *m);    /* before exec: what they used so far */
void driver_forget(struct monitor *m);	     /* after a fork, which no thread survives */
bool driver_wanted(const struct monitor *m); /* false: the program has ended, drop what you do for it */

/* doorbell.c: wakes a driver. */
int doorbell_open(struct driver *d);
void doorbell_ring(const struct driver *d);
void doorbell_exit(struct monitor *m, unsigned number); /* the guest's, which came by exit */

/* settle.c: what a process that lives long is served by. */
int settle_start(struct monitor *m);	 /* before the program runs */
void settle_asked(const struct vcpu *v); /* a request has left by exit */

#endif
