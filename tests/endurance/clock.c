/* Another time of day for a program and all that it starts, by LD_PRELOAD.
 *
 * CLOCK_SHIFT   seconds that the time of day is moved by
 * CLOCK_LOOKS   after that many looks at the clock, in each process ...
 * CLOCK_THEN    ... it is moved by so many seconds instead: a jump in the middle of the work
 *
 * Only the time of day jumps. What the system counts since it was started goes on, as it does on a real one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long number(const char *name, long otherwise)
{
	const char *text = getenv(name);
	return text == NULL ? otherwise : atol(text);
}

static long shift(void)
{
	static long looks;
	long jump = number("CLOCK_LOOKS", -1);
	if (jump >= 0 && __atomic_add_fetch(&looks, 1, __ATOMIC_RELAXED) > jump)
		return number("CLOCK_THEN", 0);
	return number("CLOCK_SHIFT", 0);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	if (real == NULL)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	int failed = real(clock, now);
	if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += shift();
	return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec exact;
	int failed = clock_gettime(CLOCK_REALTIME, &exact);
	(void)zone; /* obsolete, and always empty on Linux */
	if (!failed) {
		now->tv_sec = exact.tv_sec;
		now->tv_usec = exact.tv_nsec / 1000;
	}
	return failed;
}

time_t time(time_t *now)
{
	struct timespec exact;
	if (clock_gettime(CLOCK_REALTIME, &exact))
		return (time_t)-1;
	if (now != NULL)
		*now = exact.tv_sec;
	return exact.tv_sec;
}
