/* A name server on port 53 of a loopback address, by UDP, that says what a file says.
     nameserver [-u] ADDRESS FILE
     -u   first brings the loopback of its network namespace up, with ADDRESS on it (Linux, root)
   Lines of FILE:
     NAME A ADDRESS
     NAME MX PREFERENCE HOST
     NAME SRV PRIORITY WEIGHT PORT HOST
     NAME CNAME HOST
     NAME TLSA USAGE SELECTOR MATCHING HEX
     NAME FAILS TYPE           SERVFAIL for a question of that type (a number)
     NAME UNSIGNED -           answers about NAME are not validated, whatever is said below
     validated                 from now on every answer claims to be validated by DNSSEC (AD)
   Names without a line do not exist.  The file is read again for each question.  FILE.ready is made
   once it listens. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct answer {
	unsigned char bytes[4096];
	size_t length;
	int records;
	bool known, validated, is_unsigned, fails;
};

static void put16(struct answer *a, unsigned value)
{
	a->bytes[a->length++] = (unsigned char)(value >> 8);
	a->bytes[a->length++] = (unsigned char)value;
}

static void put_name(struct answer *a, const char *name)
{
	while (*name != '\0') {
		size_t label = strcspn(name, ".");
		a->bytes[a->length++] = (unsigned char)label;
		memcpy(a->bytes + a->length, name, label);
		a->length += label;
		name += label + (name[label] == '.');
	}
	a->bytes[a->length++] = 0;
}

/* A record of the name that was asked for, whose data put appends. */
static void put_record(struct answer *a, unsigned type, const char *words)
{
	char host[256] = "";
	unsigned n[3] = {0};
	int at_hex = 0;
	if (a->length > 3000)
		return;
	put16(a, 0xc00c);
	put16(a, type);
	put16(a, 1);
	put16(a, 0);
	put16(a, 60);
	size_t at = a->length;
	a->length += 2;
	if (type == 1) {
		inet_pton(AF_INET, words, a->bytes + a->length);
		a->length += 4;
	} else if (type == 15 && sscanf(words, "%u %255s", &n[0], host) == 2) {
		put16(a, n[0]);
		put_name(a, host);
	} else if (type == 5) {
		put_name(a, words);
	} else if (type == 52 && sscanf(words, "%u %u %u %n", &n[0], &n[1], &n[2], &at_hex) >= 3) {
		unsigned byte;
		for (int i = 0; i < 3; i++)
			a->bytes[a->length++] = (unsigned char)n[i];
		for (; sscanf(words + at_hex, "%2x", &byte) == 1; at_hex += 2)
			a->bytes[a->length++] = (unsigned char)byte;
	} else if (type == 33 && sscanf(words, "%u %u %u %255s", &n[0], &n[1], &n[2], host) == 4) {
		for (int i = 0; i < 3; i++)
			put16(a, n[i]);
		put_name(a, host);
	}
	size_t length = a->length - at - 2;
	a->bytes[at] = (unsigned char)(length >> 8);
	a->bytes[at + 1] = (unsigned char)length;
	a->records++;
}

static unsigned type_of(const char *kind)
{
	static const struct {
		const char *word;
		unsigned type;
	} all[] = {{"A", 1}, {"CNAME", 5}, {"MX", 15}, {"SRV", 33}, {"TLSA", 52}};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (strcmp(kind, all[i].word) == 0)
			return all[i].type;
	}
	return 0;
}

static void look_up(const char *file, const char *name, unsigned type, struct answer *a)
{
	char line[9000], owner[256], kind[10], words[8000];
	FILE *f = fopen(file, "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		if (strncmp(line, "validated", 9) == 0)
			a->validated = true;
		if (sscanf(line, "%255s %9s %7999[^\n]", owner, kind, words) != 3 ||
		    strcasecmp(owner, name) != 0)
			continue;
		a->known = true;
		a->is_unsigned = a->is_unsigned || strcmp(kind, "UNSIGNED") == 0;
		a->fails = a->fails || (strcmp(kind, "FAILS") == 0 && (unsigned)atoi(words) == type);
		if (type_of(kind) == type)
			put_record(a, type, words);
	}
	if (f != NULL)
		fclose(f);
}

/* The question's name in words; the place after it, 0 when it is none. */
static size_t read_question(const unsigned char *bytes, size_t length, char name[256])
{
	size_t at = 12, n = 0;
	while (at < length && bytes[at] != 0 && bytes[at] < 64 && at + bytes[at] < length &&
	       n + bytes[at] < 254) {
		if (n > 0)
			name[n++] = '.';
		memcpy(name + n, bytes + at + 1, bytes[at]);
		n += bytes[at];
		at += (size_t)bytes[at] + 1;
	}
	name[n] = '\0';
	return at + 5 <= length && bytes[at] == 0 ? at + 5 : 0;
}

/* An interface, or a further address of one, comes up. */
static bool bring_up(int fd, const char *interface, const struct sockaddr_in *address)
{
	struct ifreq r = {.ifr_name = ""};
	struct sockaddr_in a = *address;
	a.sin_port = 0;
	memcpy(r.ifr_name, interface, strlen(interface));
	memcpy(&r.ifr_addr, &a, sizeof a);
	if (ioctl(fd, SIOCSIFADDR, &r) != 0 && errno != EEXIST)
		return false;
	r.ifr_flags = IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &r) == 0;
}

static int listen_on(const char *address, bool up)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(53)},
	                   loopback = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (inet_pton(AF_INET, address, &here.sin_addr) != 1 ||
	    (up && (!bring_up(fd, "lo", &loopback) ||
	               (strncmp(address, "127.", 4) != 0 && !bring_up(fd, "lo:1", &here)))) ||
	    bind(fd, (struct sockaddr *)&here, sizeof here) != 0)
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_in from;
	char ready[1024];
	bool up = argc > 1 && strcmp(argv[1], "-u") == 0;
	argc -= up;
	argv += up;
	int fd = argc == 3 ? listen_on(argv[1], up) : -1;
	if (fd < 0) {
		perror("nameserver");
		return 1;
	}
	snprintf(ready, sizeof ready, "%s.ready", argv[2]);
	FILE *mark = fopen(ready, "w");
	if (mark != NULL)
		fclose(mark);
	for (;;) {
		unsigned char question[512];
		char name[256];
		socklen_t size = sizeof from;
		struct answer a = {.length = 0};
		ssize_t n = recvfrom(fd, question, sizeof question, 0, (struct sockaddr *)&from, &size);
		size_t end = n > 16 ? read_question(question, (size_t)n, name) : 0;
		if (end == 0)
			continue;
		memcpy(a.bytes, question, end);
		a.length = end;
		look_up(argv[2], name, (unsigned)question[end - 4] << 8 | question[end - 3], &a);
		a.bytes[2] = 0x81;
		bool signs = a.validated && !a.is_unsigned;
		a.bytes[3] = (unsigned char)(0x80 | (signs ? 0x20 : 0) | (a.fails ? 2 : a.known ? 0 : 3));
		a.bytes[6] = 0;
		a.bytes[7] = (unsigned char)a.records;
		memset(a.bytes + 8, 0, 4);
		sendto(fd, a.bytes, a.length, 0, (struct sockaddr *)&from, size);
	}
}
