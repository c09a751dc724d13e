/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/kvm.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "vmm/vmm.h"

/* What this machine can set, by knob and value; a row only where the answer is not always yes. */

static const char *kvm_mend(int number)
{
	switch (number) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return "enable virtualization in the firmware (on a cloud: nested), then modprobe kvm_intel "
		       "or kvm_amd";
	case EACCES:
		return "join the group that owns it: adduser $USER kvm, then log in again";
	case EPERM:
		return "give the container the device: --device /dev/kvm";
	default:
		return "dmesg may say why";
	}
}

const char *vmm_module_name(void)
{
	static const char *const modules[] = { "kvm_intel", "kvm_amd", "kvm_pvm" };
	char path[64];

	for (unsigned i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		snprintf(path, sizeof(path), "/sys/module/%s", modules[i]);
		if (access(path, F_OK) == 0)
			return modules[i];
	}
	return "kvm";
}

const char *vmm_backend_name(struct error *error)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int version;

	if (fd < 0) {
		error_fail(error, errno, kvm_mend(errno), "cannot open /dev/kvm");
		return NULL;
	}
	version = ioctl(fd, KVM_GET_API_VERSION, 0);
	close(fd);
	if (version != KVM_API_VERSION) {
		error_fail(error, 0, "it must be the device of Linux's KVM",
			   "/dev/kvm does not speak KVM's API %d", KVM_API_VERSION);
		return NULL;
	}
	return vmm_module_name();
}

static bool say(char *why, size_t size, const char *text)
{
	snprintf(why, size, "%s", text);
	return false;
}

/* First line of a file in /proc or /sys; "" when it cannot be read. */
static void read_line(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line, size - 1);

	line[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

bool vmm_kernel_since(int major, int minor)
{
	struct utsname names;
	int a = 0, b = 0;

	return uname(&names) == 0 && sscanf(names.release, "%d.%d", &a, &b) == 2 &&
	       (a > major || (a == major && b >= minor));
}

/* Whether the effective set holds CAPABILITY: root in a container may lack it, others may have it. */
static bool capable(unsigned capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &header, data) == 0 &&
	       data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

bool vmm_two_cores(void)
{
	cpu_set_t allowed;

	return sched_getaffinity(0, sizeof(allowed), &allowed) == 0 && CPU_COUNT(&allowed) >= 2;
}

static bool two_cores(char *why, size_t size)
{
	return vmm_two_cores() || say(why, size, "a polling driver needs a second core");
}

/* Without any KVM, or with something else in its place, the answer is yes: vmm_backend_name says what is
 * wrong. */
static bool kvm_has(int capability)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	bool has = fd < 0 || ioctl(fd, KVM_CHECK_EXTENSION, capability) != 0;

	if (fd >= 0)
		close(fd);
	return has;
}

static bool kernel_irqchip(char *why, size_t size)
{
	return kvm_has(KVM_CAP_IRQCHIP) || say(why, size, "this KVM emulates no interrupt controller");
}

static bool kernel_doorbell(char *why, size_t size)
{
	return kvm_has(KVM_CAP_IOEVENTFD) || say(why, size, "this KVM has no ioeventfd");
}

static bool io_uring(char *why, size_t size)
{
	struct io_uring_params parameters = { 0 };
	int fd = (int)syscall(SYS_io_uring_setup, 2, &parameters);

	if (fd >= 0) {
		close(fd);
		return true;
	}
	snprintf(why, size, "io_uring: %s; see /proc/sys/kernel/io_uring_disabled", strerror(errno));
	return false;
}

/* Files that only the ring has want Linux 5.15, whose io_uring can make and cancel them; and O_DIRECT the
 * file system. */
static bool direct(char *why, size_t size)
{
	int fd, refused;

	if (!io_uring(why, size))
		return false;
	if (!vmm_kernel_since(5, 15))
		return say(why, size, "opening files in io_uring needs Linux 5.15");
	fd = open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	refused = fd >= 0 && fcntl(fd, F_SETFL, O_DIRECT) && errno == EINVAL;
	if (fd >= 0)
		close(fd);
	return !refused || say(why, size, "the working directory's file system has no O_DIRECT");
}

/* Whether anything worth calling guest memory may be locked; how much is enough shows when it is. */
static bool may_lock(char *why, size_t size)
{
	struct rlimit limit;

	if (capable(CAP_IPC_LOCK) ||
	    (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur >= VMM_MEMORY_MIN))
		return true;
	return say(why, size, "memory cannot be locked: raise ulimit -l");
}

static bool huge_pages(char *why, size_t size)
{
	char line[128];

	read_line("/sys/kernel/mm/transparent_hugepage/enabled", line, sizeof(line));
	if (line[0] && strstr(line, "[never]") == NULL)
		return true;
	return say(why, size,
		   "huge pages are off: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
}

static bool may_lock_huge(char *why, size_t size)
{
	return huge_pages(why, size) && may_lock(why, size);
}

static bool affinity(char *why, size_t size)
{
	cpu_set_t allowed;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0 &&
	    sched_setaffinity(0, sizeof(allowed), &allowed) == 0)
		return true;
	return say(why, size, "the affinity of threads cannot be set");
}

static bool real_time(char *why, size_t size)
{
	struct rlimit limit;

	if (capable(CAP_SYS_NICE) || (getrlimit(RLIMIT_RTPRIO, &limit) == 0 && limit.rlim_cur >= 1))
		return true;
	return say(why, size, "SCHED_FIFO is not allowed: raise ulimit -r");
}

static bool steady_tsc(char *why, size_t size)
{
	char line[64];

	read_line("/sys/devices/system/clocksource/clocksource0/available_clocksource", line, sizeof(line));
	if (strstr(line, "tsc") || strstr(line, "kvm-clock"))
		return true;
	return say(why, size, "the time-stamp counter is not steady here");
}

static const struct {
	enum vmm_knob_id knob;
	unsigned value;
	bool (*available)(char *why, size_t size);
} checks[] = {
	{ VMM_TRANSPORT, VMM_TRANSPORT_RING, two_cores },
	{ VMM_TRANSPORT, VMM_TRANSPORT_EVENTFD, kernel_doorbell },
	{ VMM_IRQCHIP, VMM_IRQCHIP_KERNEL, kernel_irqchip },
	{ VMM_BACKEND, VMM_BACKEND_URING, io_uring },
	{ VMM_BACKEND, VMM_BACKEND_DIRECT, direct },
	{ VMM_MEMORY, VMM_MEMORY_LOCKED4K, may_lock },
	{ VMM_MEMORY, VMM_MEMORY_LOCKED_HUGE, may_lock_huge },
	{ VMM_MEMORY, VMM_MEMORY_MALLOC_HUGE, huge_pages },
	{ VMM_SCHEDULING, VMM_SCHEDULING_PINNED, affinity },
	{ VMM_SCHEDULING, VMM_SCHEDULING_FIFO, real_time },
	{ VMM_CLOCK, VMM_CLOCK_TSC, steady_tsc },
};

bool vmm_value_available(enum vmm_knob_id knob, unsigned value, char *why, size_t size)
{
	why[0] = '\0';
	if (vmm_knobs[knob].values[value].unbuilt)
		return say(why, size, vmm_knobs[knob].values[value].unbuilt);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].knob == knob && checks[i].value == value)
			return checks[i].available(why, size);
	return true;
}
