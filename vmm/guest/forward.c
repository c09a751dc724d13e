/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * Carries a system call to the host by the table of guest_abi.h: checks what each argument points to and
 * describes it as pieces of guest-physical memory, so that the host moves the program's data without a copy.
 */
static const struct abi_call calls[] = { ABI_CALLS(ABI_ROW) };

#define PATH_MAX 4096
#define IOV_MAX	 1024
#define SIGPIPE	 13
#define SIGXFSZ	 25
#define PIECES	 (ABI_SEGMENTS - 1) /* that data may lie in; one is the extra argument's */
#define USER_TOP (USER_END - PAGE)  /* Linux's TASK_SIZE_MAX */

/* One call on its way. */
struct carry {
	const struct abi_call *call;
	const uint64_t *argument; /* the program's */
	struct abi_request *request;
	int pieces;
	uint64_t bounced; /* bytes of the bounce area in use */
	struct {
		uint64_t to, from, bytes;
	} back[6]; /* copies to make once the answer is there */
	int backs;
	uint32_t version;
	uint64_t cut; /* bytes of a buffer of which the program has no more; 0: none was cut so */
};

/* Copies an argument that lies in pieces through the bounce area. */
static int64_t bounce(struct carry *c, int i, uint64_t bytes, uint8_t type)
{
	uint64_t gpa = self_block() - ABI_DIRECT + ABI_BOUNCE + c->bounced, address = c->argument[i];

	if (bytes > ABI_BOUNCE_SIZE - c->bounced)
		return -ENOMEM;
	c->bounced += round_up(bytes, 64);
	/* What is only written is copied too: the host may write less of it, or nothing. */
	memcpy(at(gpa), (const void *)address, bytes);
	if (type == ABI_OUT || type == ABI_INOUT) {
		c->back[c->backs].to = address;
		c->back[c->backs].from = gpa;
		c->back[c->backs++].bytes = bytes;
	}
	c->request->segment[c->pieces++] = (struct abi_segment){ gpa, bytes };
	c->request->segments[i] = 1;
	return 0;
}

static int64_t carry_memory(struct carry *c, int i, uint64_t bytes, uint8_t type)
{
	const struct abi_argument *a = &c->call->argument[i];
	uint32_t need = type == ABI_OUT || type == ABI_INOUT ? ABI_WRITE : ABI_READ;
	struct abi_segment *segment = &c->request->segment[c->pieces];
	uint64_t covered;
	int n;

	if (bytes == 0)
		return 0;
	n = user_segments(c->argument[i], bytes, need, segment, PIECES - c->pieces, &covered);
	if (n < 0)
		return n;
	if (n > 1 && c->call->flags & ABI_SHORTEN) {
		if (covered == bytes && bytes <= ABI_BOUNCE_SIZE - c->bounced)
			return bounce(c, i, bytes, type);
		if (a->size > 1) { /* whole elements */
			bytes = (ABI_BOUNCE_SIZE - c->bounced) / a->size * a->size;
			bytes = bytes < covered ? bytes : covered / a->size * a->size;
			c->request->argument[a->length] = bytes / a->size;
			return bounce(c, i, bytes, type);
		}
		n = 1;
		covered = segment[0].bytes;
	} else if (covered < bytes && c->call->flags & ABI_SHORTEN) {
		c->cut = covered;
	}
	if (a->length != ABI_FIXED && a->size == 1 && c->call->flags & (ABI_VECTOR | ABI_SHORTEN)) {
		c->request->argument[a->length] = covered;
	} else if (n > 1 || covered < bytes) {
		if (!(need == ABI_WRITE ? user_writable : user_readable)(c->argument[i], bytes))
			return -EFAULT;
		return bounce(c, i, bytes, type);
	}
	c->request->segments[i] = (uint8_t)n;
	c->pieces += n;
	return 0;
}

static int64_t carry_string(struct carry *c, int i)
{
	int64_t length = user_string(c->argument[i], PATH_MAX);

	return length < 0 ? length : carry_memory(c, i, (uint64_t)length, ABI_IN);
}

/* Whether [ADDRESS, +BYTES) can be the program's at all, at which Linux looks first. */
static bool within(uint64_t address, uint64_t bytes)
{
	return address <= USER_TOP && bytes <= USER_TOP - address;
}

/* An iovec array becomes the pieces of all its buffers. */
static int64_t carry_vector(struct carry *c, int i, uint32_t need)
{
	const uint64_t(*vector)[2] = (const void *)c->argument[i];
	uint64_t count = c->argument[2];
	int first = c->pieces;

	if (count > IOV_MAX)
		return -EINVAL;
	if (!user_readable(c->argument[i], count * sizeof(vector[0])))
		return -EFAULT;
	for (uint64_t k = 0; k < count; k++)
		if (vector[k][1] >> 63)
			return -EINVAL;
	for (uint64_t k = 0; k < count; k++)
		if (!within(vector[k][0], vector[k][1]))
			return -EFAULT;
	for (uint64_t k = 0; k < count && c->pieces < PIECES; k++) {
		/* Read once: another thread may have changed it since. */
		uint64_t address = __atomic_load_n(&vector[k][0], __ATOMIC_RELAXED), covered = 0;
		uint64_t bytes = __atomic_load_n(&vector[k][1], __ATOMIC_RELAXED);
		int n = -EFAULT;

		if (within(address, bytes))
			n = user_segments(address, bytes, need, &c->request->segment[c->pieces],
					  PIECES - c->pieces, &covered);
		if (n < 0 && c->pieces == first)
			return n;
		c->pieces += n > 0 ? n : 0;
		if (n < 0 || covered < bytes)
			break;
	}
	c->request->segments[i] = (uint8_t)(c->pieces - first);
	c->request->argument[2] = (uint64_t)(c->pieces - first);
	return 0;
}

/* A buffer whose size the program keeps in memory, and the host may change. */
static int64_t carry_counted(struct carry *c, int i)
{
	uint64_t counter = c->argument[c->call->argument[i].length], bytes;

	if (!user_readable(counter, sizeof(uint32_t)))
		return -EFAULT;
	bytes = *(const uint32_t *)counter;
	if (bytes > INT32_MAX) /* the host will say so */
		bytes = 0;
	return carry_memory(c, i, bytes < ABI_COUNTED_MAX ? bytes : ABI_COUNTED_MAX, ABI_OUT);
}

static int64_t carry_argument(struct carry *c, int i)
{
	const struct abi_argument *a = &c->call->argument[i];
	uint64_t count = a->length == ABI_FIXED ? 1 : c->argument[a->length];

	if (a->type <= ABI_DIR || c->argument[i] == 0)
		return 0;
	if (a->type == ABI_STRING)
		return carry_string(c, i);
	if (a->type == ABI_GATHER || a->type == ABI_SCATTER)
		return carry_vector(c, i, a->type == ABI_GATHER ? ABI_READ : ABI_WRITE);
	if (a->type == ABI_COUNTED)
		return carry_counted(c, i);
	if (c->call->flags & ABI_VECTOR && !within(c->argument[i], count))
		return -EFAULT;
	if (count > USER_END / 4096)
		return a->size == 1 ? carry_memory(c, i, USER_END / 4096, a->type) : -EINVAL;
	return carry_memory(c, i, count * a->size, a->type);
}

/* What the answer tells about descriptors. */
static void learn(const struct carry *c, int64_t result)
{
	uint32_t call = c->request->call;
	bool duplicates = call == ABI_CALL_dup || call == ABI_CALL_dup2 || call == ABI_CALL_dup3;

	if (c->call->flags & ABI_NEWFD && result >= 0 && !(duplicates && (uint64_t)result == c->argument[0]))
		kinds_forget((uint64_t)result);
	if (duplicates && result >= 0)
		cache_duplicated(c->argument[0], (uint64_t)result);
	if (result >= 0 && (call == ABI_CALL_open || call == ABI_CALL_openat || call == ABI_CALL_creat))
		cache_opened((uint64_t)result);
	if (call == ABI_CALL_close)
		kinds_forget(c->argument[0]);
	kinds_learn(c->argument[0], c->request->regular, c->version);
}

/* Whether no access to the memory of C, a data call, can fail: what a file lies behind may be there no more.
 */
static bool reachable(const struct carry *c)
{
	const uint64_t(*vector)[2] = (const void *)c->argument[1];

	if (c->call->argument[1].type != ABI_GATHER && c->call->argument[1].type != ABI_SCATTER)
		return !memory_shared(c->argument[1]) &&
		       !memory_shared(c->argument[1] + c->argument[2] - (c->argument[2] > 0));
	for (uint64_t i = 0; i < c->argument[2]; i++)
		if (memory_shared(vector[i][0]) || memory_shared(vector[i][0] + vector[i][1]))
			return false;
	return true;
}

/* Whether RESULT says that the CUT bytes of a buffer were too few. */
static bool ended_early(enum abi_call_id id, uint64_t cut, int64_t result)
{
	switch (id) {
	case ABI_CALL_getcwd:
		return result == -ERANGE;
	case ABI_CALL_getdents64:
		return result == -EINVAL;
	case ABI_CALL_readlink:
	case ABI_CALL_readlinkat:
		return result == (int64_t)cut;
	default:
		return false;
	}
}

/* The extra argument lies at the start of the bounce area already. */
static void carry_extra(struct carry *c, struct forward_extra extra)
{
	c->request->segment[c->pieces++] =
		(struct abi_segment){ self_block() - ABI_DIRECT + ABI_BOUNCE, extra.bytes };
	c->request->segments[extra.argument] = 1;
}

int64_t forward_with(enum abi_call_id id, const uint64_t argument[6], struct forward_extra extra)
{
	struct carry c = { .call = &calls[id], .argument = argument, .version = kinds_version() };
	bool cached = cache_takes(id, argument[0]);
	bool blocks = !cached && (extra.by_exit || kinds_may_block(c.call, argument[0]));
	int64_t result;

	if (cache_seeks(id, argument, &result))
		return result;
	if (!cached)
		cache_before(id, argument);
	c.request = cached ? channel_slot(id, blocks) : channel_begin(id, blocks);
	c.request->regular = kinds_ask(c.call, argument[0], blocks);
	for (int i = 0; i < 6; i++)
		c.request->argument[i] = argument[i];
	c.bounced = round_up(extra.bytes, 64);
	for (int i = 0; i < 6; i++) {
		int64_t error = 0;

		if (extra.bytes && i == extra.argument)
			carry_extra(&c, extra);
		else
			error = carry_argument(&c, i);
		if (error)
			return error;
	}
	if (cached)
		return cache_serve(c.request, reachable(&c));
	result = cache_after(id, argument, channel_submit(c.request));
	if (result == ABI_BY_EXIT && !blocks) {
		extra.by_exit = true;
		return forward_with(id, argument, extra);
	}
	for (int i = 0; i < c.backs; i++)
		memcpy((void *)c.back[i].to, at(c.back[i].from), c.back[i].bytes);
	learn(&c, result);
	if (c.cut && ended_early(id, c.cut, result))
		result = -EFAULT;
	if (result == -EFBIG && BOOT->files_limited && !signal_ignored(SIGXFSZ))
		signal_raise(SIGXFSZ, 0);
	if (result == -EPIPE && !extra.quiet && !signal_ignored(SIGPIPE))
		signal_raise(SIGPIPE, 0);
	return result;
}

int64_t forward_call(enum abi_call_id id, const uint64_t argument[6])
{
	return forward_with(id, argument, (struct forward_extra){ 0 });
}
