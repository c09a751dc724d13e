/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * How far the host's clock may be from the guest's, where KVM does not say: its readings come through shared
 * memory, and none can have been made before it was asked for, or after it came (Cristian, Probabilistic
 * clock synchronization, Distributed Computing 3, 1989). The quickest of many bound the offset best.
 */
#define TIMES	 100
#define PATIENCE 1000 /* of a second: whoever was to answer has no core */

void meeting_attend(void)
{
	struct abi_meeting *m = &CHANNEL->meeting;
	uint64_t start = tsc(), asked, came;
	int64_t there, back;

	for (uint32_t i = 1; i <= TIMES; i++) {
		asked = tsc();
		__atomic_store_n(&m->asked, i, __ATOMIC_RELEASE);
		while (__atomic_load_n(&m->answered, __ATOMIC_ACQUIRE) != i &&
		       tsc() - start < BOOT->tsc_hz / PATIENCE)
			relax();
		if (__atomic_load_n(&m->answered, __ATOMIC_ACQUIRE) != i)
			break;
		came = tsc_after();
		there = (int64_t)(m->host - asked);
		back = (int64_t)(came - m->host);
		m->there = i == 1 || there < m->there ? there : m->there;
		m->back = i == 1 || back < m->back ? back : m->back;
		m->times = i;
	}
	__atomic_store_n(&m->asked, ABI_MEETING_OVER, __ATOMIC_RELEASE);
}
