/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * Messages of sockets. Their data goes by the pieces it lies in; address and control data, which a struct
 * msghdr points to, go by copy in a struct abi_message.
 */
#define MSG_DONTWAIT   0x40
#define MSG_NOSIGNAL   0x4000
#define MSG_WAITFORONE 0x10000

#define MESSAGES 1024 /* Linux's UIO_MAXIOV: more are not looked at */

/* struct msghdr and struct mmsghdr of Linux */
struct header {
	uint64_t name;
	uint32_t name_bytes, pad;
	uint64_t vector, count, control, control_bytes;
	uint32_t flags, pad2;
};

struct multiple {
	struct header header;
	uint32_t bytes, pad;
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The message lies where arguments are copied to; no other argument of these calls is. */
static struct abi_message *message(void)
{
	return (struct abi_message *)(self_block() + ABI_BOUNCE);
}

static int64_t exchange(enum abi_call_id call, uint64_t fd, uint64_t data, uint64_t count)
{
	bool quiet = message()->flags & MSG_NOSIGNAL;

	return forward_with(
		call, (uint64_t[6]){ fd, data, count },
		(struct forward_extra){ .argument = 3, .bytes = sizeof(struct abi_message), .quiet = quiet });
}

/* Copies what is sent beside the data. */
static int64_t take(void *to, uint64_t from, uint64_t bytes, uint64_t limit)
{
	if (bytes > limit)
		return -EINVAL;
	if (!user_readable(from, bytes))
		return -EFAULT;
	memcpy(to, (const void *)from, bytes);
	return 0;
}

/* Copies what came beside the data into LIMIT bytes at TO. */
static int64_t give(uint64_t to, const void *from, uint64_t bytes, uint64_t limit)
{
	bytes = least(bytes, limit);
	if (!user_writable(to, bytes))
		return -EFAULT;
	memcpy((void *)to, from, bytes);
	return 0;
}

/* sendto(fd, data, bytes, flags, address, address bytes) */
int64_t message_sendto(struct syscall_frame *f)
{
	struct abi_message *m = message();
	int64_t error = 0;

	*m = (struct abi_message){ .flags = (uint32_t)f->r10 };
	if (f->r8) {
		error = take(m->name, f->r8, (uint32_t)f->r9, sizeof(m->name));
		m->name_bytes = (uint32_t)f->r9;
	}
	return error ? error : exchange(ABI_CALL_sendto, f->rdi, f->rsi, f->rdx);
}

/* recvfrom(fd, data, bytes, flags, address, address bytes) */
int64_t message_recvfrom(struct syscall_frame *f)
{
	struct abi_message *m = message();
	int64_t result, error = 0;

	*m = (struct abi_message){ .flags = (uint32_t)f->r10, .name_bytes = sizeof(m->name) };
	if (f->r8 && !user_writable(f->r9, 4))
		return -EFAULT;
	result = exchange(ABI_CALL_recvfrom, f->rdi, f->rsi, f->rdx);
	if (result < 0 || !f->r8)
		return result;
	error = give(f->r8, m->name, m->name_bytes, *(const uint32_t *)f->r9);
	*(uint32_t *)f->r9 = m->name_bytes;
	return error ? error : result;
}

static int64_t send(uint64_t fd, const struct header *h, uint32_t flags)
{
	struct abi_message *m = message();
	int64_t error = 0;

	if (h->count > MESSAGES)
		return -EMSGSIZE;
	*m = (struct abi_message){ .flags = flags };
	if (h->name)
		error = take(m->name, h->name, m->name_bytes = h->name_bytes, sizeof(m->name));
	if (error == 0 && h->control)
		error = take(m->control, h->control, h->control_bytes, sizeof(m->control));
	m->control_bytes = h->control ? (uint32_t)h->control_bytes : 0;
	return error ? error : exchange(ABI_CALL_sendmsg, fd, h->vector, h->count);
}

static int64_t receive(uint64_t fd, struct header *h, uint32_t flags)
{
	struct abi_message *m = message();
	int64_t result, error = 0;

	if (h->count > MESSAGES)
		return -EMSGSIZE;
	*m = (struct abi_message){ .flags = flags, .name_bytes = sizeof(m->name) };
	m->control_bytes = h->control ? (uint32_t)least(h->control_bytes, sizeof(m->control)) : 0;
	result = exchange(ABI_CALL_recvmsg, fd, h->vector, h->count);
	if (result < 0)
		return result;
	if (h->name) {
		error = give(h->name, m->name, m->name_bytes, h->name_bytes);
		h->name_bytes = m->name_bytes;
	}
	if (error == 0 && h->control)
		error = give(h->control, m->control, m->control_bytes, h->control_bytes);
	h->control_bytes = m->control_bytes;
	h->flags = m->flags;
	return error ? error : result;
}

/* sendmsg(fd, header, flags) */
int64_t message_sendmsg(struct syscall_frame *f)
{
	if (!user_readable(f->rsi, sizeof(struct header)))
		return -EFAULT;
	return send(f->rdi, (const struct header *)f->rsi, (uint32_t)f->rdx);
}

/* recvmsg(fd, header, flags) */
int64_t message_recvmsg(struct syscall_frame *f)
{
	if (!user_writable(f->rsi, sizeof(struct header)))
		return -EFAULT;
	return receive(f->rdi, (struct header *)f->rsi, (uint32_t)f->rdx);
}

/* sendmmsg(fd, headers, count, flags): the number of messages sent */
int64_t message_sendmmsg(struct syscall_frame *f)
{
	struct multiple *all = (struct multiple *)f->rsi;
	uint64_t count = least((uint32_t)f->rdx, MESSAGES), done;

	for (done = 0; done < count; done++) {
		int64_t result = -EFAULT;

		if (user_writable((uint64_t)&all[done], sizeof(all[0])))
			result = send(f->rdi, &all[done].header, (uint32_t)f->r10);
		if (result < 0)
			return done ? (int64_t)done : result;
		all[done].bytes = (uint32_t)result;
	}
	return (int64_t)done;
}

/* recvmmsg(fd, headers, count, flags, timeout): the timeout, which Linux looks at between messages, is not */
int64_t message_recvmmsg(struct syscall_frame *f)
{
	struct multiple *all = (struct multiple *)f->rsi;
	uint64_t count = least((uint32_t)f->rdx, MESSAGES), done;
	uint32_t flags = (uint32_t)f->r10;

	for (done = 0; done < count; done++) {
		int64_t result = -EFAULT;

		if (user_writable((uint64_t)&all[done], sizeof(all[0])))
			result = receive(f->rdi, &all[done].header, flags & ~(uint32_t)MSG_WAITFORONE);
		if (result < 0)
			return done ? (int64_t)done : result;
		all[done].bytes = (uint32_t)result;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
	}
	return (int64_t)done;
}
