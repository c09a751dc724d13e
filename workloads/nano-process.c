/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workloads/samples.h"

/* Threads and processes that begin, and end at once. */
#define PROCESSES UINT64_C(8) /* a batch, at most */
#define OTHER	  "ends"      /* what the other program is told */
#define LARGE	  "large"     /* it, with so many pages more: */
#define PAGES	  UINT64_C(1024)
#define PAGE	  UINT64_C(4096)

static const char *self; /* the program's path */
static const char *other;

static void wait_for(pid_t child)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		samples_fail("a process that ends at once");
}

static void fork_loop(uint64_t ops)
{
	while (ops--) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		wait_for(child);
	}
}

static void measure_fork(void)
{
	samples_batches(&(struct samples_loop){ .op = fork_loop, .most = PROCESSES });
}

static void exec_loop(uint64_t ops)
{
	while (ops--) {
		pid_t child = vfork();

		if (child == 0) {
			execl(other, other, OTHER, (char *)NULL);
			_exit(1);
		}
		wait_for(child);
	}
}

static void measure_exec(void)
{
	other = self;
	samples_batches(&(struct samples_loop){ .op = exec_loop, .most = PROCESSES });
}

static uint64_t to_page(uint64_t bytes)
{
	return (bytes + PAGE - 1) / PAGE * PAGE;
}

/* Of the program in FILE the segment of notes, which nobody needs, becomes PAGES from AT on in the file,
 * behind all others. */
static void add_pages(unsigned char *file, uint64_t at)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)file;
	Elf64_Phdr *segment = (Elf64_Phdr *)(file + header->e_phoff), *notes = NULL;
	uint64_t end = 0;

	for (unsigned i = 0; i < header->e_phnum; i++, segment++)
		if (segment->p_type == PT_LOAD)
			end = to_page(segment->p_vaddr + segment->p_memsz);
		else if (segment->p_type == PT_NOTE)
			notes = segment;
	if (notes == NULL)
		samples_fail("a program with a segment of notes");
	*notes = (Elf64_Phdr){ .p_type = PT_LOAD,
			       .p_flags = PF_R,
			       .p_offset = at,
			       .p_vaddr = end,
			       .p_paddr = end,
			       .p_filesz = PAGES * PAGE,
			       .p_memsz = PAGES * PAGE,
			       .p_align = PAGE };
}

static void write_large(void)
{
	int from = open(self, O_RDONLY | O_CLOEXEC), to = open(LARGE, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	struct stat status;
	unsigned char *file;
	uint64_t bytes, own, all; /* of its own, and in whole pages, and with those behind */

	if (from < 0 || fstat(from, &status) || to < 0)
		samples_fail("a larger program in the working directory");
	bytes = (uint64_t)status.st_size;
	own = to_page(bytes);
	all = own + PAGES * PAGE;
	file = malloc(all);
	if (file == NULL || read(from, file, bytes) != (ssize_t)bytes)
		samples_fail("reading the program");
	memset(file + bytes, 1, all - bytes);
	add_pages(file, own);
	for (uint64_t done = 0; done < all; done += PAGE)
		if (write(to, file + done, PAGE) != (ssize_t)PAGE)
			samples_fail("writing a larger program");
	free(file);
	close(from);
	close(to);
}

static void measure_exec_large(void)
{
	write_large();
	other = "./" LARGE;
	samples_batches(&(struct samples_loop){ .op = exec_loop, .most = PROCESSES });
	unlink(LARGE);
}

static void *end_at_once(void *argument)
{
	return argument;
}

static void thread_loop(uint64_t ops)
{
	while (ops--) {
		pthread_t thread;

		errno = pthread_create(&thread, NULL, end_at_once, NULL);
		if (errno == 0)
			errno = pthread_join(thread, NULL);
		if (errno)
			samples_fail("a thread that ends at once");
	}
}

static void measure_thread(void)
{
	samples_batches(&(struct samples_loop){ .op = thread_loop, .most = PROCESSES });
}

static const struct samples_event events[] = {
	{ "thread", NULL, "a thread that begins, ends, and is waited for", measure_thread },
	{ "fork", NULL, "a process that begins as a copy, ends, and is waited for", measure_fork },
	{ "exec", NULL, "a process that goes on as another program, ends, and is waited for", measure_exec },
	{ "exec-large", NULL, "the same, of a program of 4 MiB more, which it does not touch",
	  measure_exec_large },
	{ 0 },
};

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], OTHER) == 0)
		return 0;
	self = argv[0];
	return samples_main(argc, argv, "nano-process", events);
}
