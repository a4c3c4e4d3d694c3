/* For make coverage: processes that leave by _exit or become another program write down what they
 * have run, too (linked with --wrap). */
#include <stdarg.h>
#include <stddef.h>

void __gcov_dump(void);
void __gcov_reset(void);
_Noreturn void __real__exit(int code);
_Noreturn void __wrap__exit(int code);
int __real_execv(const char *path, char *const argv[]);
int __wrap_execv(const char *path, char *const argv[]);
int __real_execvp(const char *path, char *const argv[]);
int __wrap_execvp(const char *path, char *const argv[]);
int __wrap_execl(const char *path, const char *first, ...);

_Noreturn void __wrap__exit(int code)
{
	__gcov_dump();
	__real__exit(code);
}

int __wrap_execv(const char *path, char *const argv[])
{
	__gcov_dump();
	int failed = __real_execv(path, argv);
	__gcov_reset();
	return failed;
}

int __wrap_execvp(const char *path, char *const argv[])
{
	__gcov_dump();
	int failed = __real_execvp(path, argv);
	__gcov_reset();
	return failed;
}

int __wrap_execl(const char *path, const char *first, ...)
{
	char *argv[32] = {(char *)first};
	va_list more;
	va_start(more, first);
	for (int i = 1; i < 31 && argv[i - 1] != NULL; i++)
		argv[i] = va_arg(more, char *);
	va_end(more);
	return __wrap_execv(path, argv);
}
