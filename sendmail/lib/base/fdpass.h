/* Descriptors that go along with bytes over a local socket (SCM_RIGHTS). */
#ifndef BASE_FDPASS_H
#define BASE_FDPASS_H
#include <stdbool.h>
#include <sys/types.h>

#define FDPASS_MAX 8

/* sendmsg(2) with flags, without SIGPIPE; the descriptors (at most FDPASS_MAX) go with the first
   byte. */
ssize_t fdpass_send(int socket, const void *bytes, size_t length, const int *fds, int count,
    int flags);

/* recvmsg(2) without waiting.  The descriptors that came belong to the caller, are closed on exec,
   and are added after the *count in fds; beyond max they are closed.  *whole: nothing was cut
   off. */
ssize_t fdpass_receive(int socket, void *bytes, size_t size, int *fds, int *count, int max,
    bool *whole);
#endif
