/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "vmm/vmm_priv.h"

/*
 * Of a program whose end its guest kernel does not live to see (its time is up, the kernel is at fault, what
 * it maps is gone), the page cache may hold what the host does not have. It is guest memory, so it is not
 * lost.
 */

/* Where it belongs: by a descriptor that appends, pwrite(2) would add it to the file's end. */
static void put(const struct monitor *m, const struct abi_page *page)
{
	const char *data = memory_at(m, page->gpa, 4096);
	int flags = page->fd < m->nofile ? fcntl(page->fd, F_GETFL) : -1;
	off_t offset = (off_t)(page->number * 4096 + page->from);

	if (data == NULL || flags < 0 || page->from >= page->to || page->to > 4096)
		return;
	if (flags & O_APPEND)
		fcntl(page->fd, F_SETFL, flags & ~O_APPEND);
	/* Nobody is left to be told when it fails. */
	(void)!pwrite(page->fd, data + page->from, (size_t)page->to - page->from, offset);
	if (flags & O_APPEND)
		fcntl(page->fd, F_SETFL, flags);
}

void rescue_pages(const struct monitor *m)
{
	uint64_t count = m->first && m->boot->cache ? m->boot->pages : 0;
	const char *pages = memory_at(m, m->boot->pages_gpa, count * sizeof(struct abi_page));
	struct abi_page page;

	for (uint64_t i = 0; pages && i < count && i < ABI_PAGES; i++) {
		memcpy(&page, pages + i * sizeof(page), sizeof(page));
		put(m, &page);
	}
}
