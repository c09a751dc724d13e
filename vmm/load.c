/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "vmm/vmm_priv.h"

#define PAGE 4096ull

/* How long to poll before sleeping, guest and driver alike: long enough to span think time between requests.
 */

static int read_segment(struct monitor *m, int fd, const struct image *image, unsigned i, uint64_t gpa)
{
	uint64_t bytes = image->segment[i].file_bytes;
	void *to = memory_at(m, gpa, image->segment[i].bytes);

	if (to == NULL)
		return error_fail(m->error, ENOMEM, "use a larger --memory",
				  "the program does not fit into guest memory");
	if (pread(fd, to, bytes, (off_t)image->segment[i].offset) != (ssize_t)bytes)
		return error_set(m->error, errno ? errno : EIO, "cannot read the executable");
	return 0;
}

int load_kernel(struct monitor *m)
{
	struct image image;
	int fd = open(m->options->kernel, O_RDONLY | O_CLOEXEC), error, inherited;

	if (fd < 0)
		return error_fail(m->error, errno, "build it with make, or install vmtax whole",
				  "cannot open the guest kernel %s", m->options->kernel);
	error = elf_read(fd, m->options->kernel, ELF_KERNEL, &image, m->error);
	for (unsigned i = 0; error == 0 && i < image.segments; i++)
		error = read_segment(m, fd, &image, i, image.segment[i].address - ABI_KERNEL);
	m->kernel = fds_hide(m, fd);
	snprintf(m->kernel_name, sizeof(m->kernel_name), KERNEL_FD, m->kernel);
	if (sscanf(m->options->kernel, KERNEL_FD, &inherited) == 1)
		close(inherited);
	if (error)
		return error;
	m->kernel_entry = image.entry;
	m->free_gpa = image.high - ABI_KERNEL;
	m->report->guest_kernel_bytes = m->free_gpa;
	m->boot = memory_at(m, ABI_BOOT, sizeof(*m->boot));
	m->time = memory_at(m, ABI_TIME, sizeof(*m->time));
	return 0;
}

/* The rights of the page at ADDRESS: those of every segment that shares it. 0: none does. */
static uint32_t page_rights(const struct image *image, uint64_t address)
{
	uint32_t rights = 0;

	for (unsigned i = 0; i < image->segments; i++)
		if (image->segment[i].address < address + PAGE &&
		    image->segment[i].address + image->segment[i].bytes > address)
			rights |= image->segment[i].protection | ABI_READ;
	return rights;
}

/* One area a run of pages with equal rights. */
static int describe(struct monitor *m, const struct image *image, uint64_t gpa)
{
	struct abi_boot *boot = m->boot;
	uint32_t before = 0;

	for (uint64_t page = image->low; page < image->high; page += PAGE) {
		uint32_t rights = page_rights(image, page);

		if (rights != 0 && rights == before) {
			boot->area[boot->areas - 1].bytes += PAGE;
		} else if (rights != 0) {
			if (boot->areas == ABI_AREAS - 1) /* one is the stack's */
				return error_set(m->error, E2BIG, "the program has too many segments");
			boot->area[boot->areas++] =
				(struct abi_area){ page, PAGE, gpa + page - image->low, rights, 0 };
		}
		before = rights;
	}
	return 0;
}

/* What whoever started us ignores, its programs ignore from the start, too (execve(2)). */
static uint64_t ignored_signals(void)
{
	struct sigaction action;
	uint64_t ignored = 0;

	for (int i = 1; i <= 64; i++)
		if (sigaction(i, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
			ignored |= 1ull << (i - 1);
	return ignored;
}

static void describe_machine(struct monitor *m)
{
	struct abi_boot *boot = m->boot;
	struct utsname names;

	boot->memory_bytes = m->memory_bytes;
	boot->tsc_hz = m->tsc_hz;
	boot->spin_ticks = m->spin_ticks = m->tsc_hz / 1000000 * VMM_SPIN_US;
	boot->brief_ticks = m->spin_ticks / VMM_CROWDED;
	boot->rings_always = m->config.value[VMM_TRANSPORT] == VMM_TRANSPORT_EVENTFD;
	boot->inject = m->config.value[VMM_COMPLETION] == VMM_COMPLETION_INJECT;
	boot->idle_poll = m->config.value[VMM_IDLE] == VMM_IDLE_POLL;
	boot->clock_exit = m->config.value[VMM_CLOCK] == VMM_CLOCK_EXIT;
	boot->apic = m->config.value[VMM_IRQCHIP] == VMM_IRQCHIP_KERNEL;
	boot->large = m->config.value[VMM_GUEST_PAGES] == VMM_GUEST_PAGES_2M;
	boot->discard = m->config.value[VMM_MEMORY] == VMM_MEMORY_LAZY4K;
	((struct abi_channel *)memory_at(m, ABI_BLOCK + ABI_CHANNEL, sizeof(struct abi_channel)))->tid =
		(uint32_t)getpid();
	boot->cores = (uint32_t)CPU_COUNT(&m->allowed);
	boot->driven = (uint32_t)m->driven;
	boot->running = 1;
	boot->xsave_mask = m->xsave_mask;
	boot->xsave_bytes = m->xsave_bytes;
	boot->bench = m->options->bench;
	boot->event = m->options->event;
	files_limit(m);
	boot->ignored = ignored_signals();
	boot->pid = (uint32_t)getpid();
	boot->ppid = (uint32_t)getppid();
	boot->uid = getuid();
	boot->euid = geteuid();
	boot->gid = getgid();
	boot->egid = getegid();
	if (uname(&names) == 0)
		memcpy(boot->uname, &names,
		       sizeof(names) < sizeof(boot->uname) ? sizeof(names) : sizeof(boot->uname));
}

/* Copies an executable's segments into guest memory, and says where its pages lie. */
static int load_image(struct monitor *m, int fd, const struct image *image)
{
	uint64_t gpa = m->free_gpa;
	int error = 0;

	if (!memory_at(m, gpa, image->high - image->low))
		return error_fail(m->error, ENOMEM, "use a larger --memory",
				  "the program does not fit into guest memory");
	for (unsigned i = 0; error == 0 && i < image->segments; i++)
		error = read_segment(m, fd, image, i, gpa + image->segment[i].address - image->low);
	m->free_gpa = gpa + image->high - image->low;
	return error ? error : describe(m, image, gpa);
}

int load_program(struct monitor *m, const int fd[2], const struct image image[2])
{
	int error = 0;

	describe_machine(m);
	for (int i = 0; error == 0 && i < 2; i++)
		if (fd[i] >= 0)
			error = load_image(m, fd[i], &image[i]);
	if (error == 0 && fd[0] >= 0) {
		m->boot->entry = image[fd[1] >= 0].entry;
		m->boot->heap = layout_heap(image[0].high);
		m->boot->mappings = layout_mappings();
		error = stack_build(m, image);
	}
	m->boot->free_gpa = m->free_gpa;
	return error;
}
