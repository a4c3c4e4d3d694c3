/* One loop. */
#include "smtpd/serve.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/fdpass.h"
#include "base/log.h"
#include "base/log_limit.h"
#include "base/paths.h"
#include "base/signals.h"
#include "smtpd/door.h"
#include "smtpd/logins.h"
#include "smtpd/rejects.h"
#include "smtpd/session_process.h"
#include "spool/smtpd_status.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define SESSIONS_MAX 150    /* with those that are the only one of their user or address */
#define SESSIONS_SHARED 120 /* of users who have one already */
#define SESSIONS_OF_ONE_MAX 60
#define SESSIONS_ELSEWHERE_MAX 90 /* of other addresses than this machine's, however many */
#define SESSION_MS 4800000        /* longer than one lasts by itself (line.c): then it is ended */
#define CHECKS_MAX 16             /* of logins, at one time: each takes processor and memory */
#define CHECKS_OF_ONE_MAX 2
#define DOOR_EVERY_MS 200 /* for one session */
#define LOOK_MS 3000
#define REST_MAX 500 /* packets of a session that has ended */
#define LEAVE_MS 10000

struct peer {
	pid_t pid;
	int control_fd;
	struct client client;
	int64_t since_ms, door_ms;       /* when it began; when it was given a door last */
	pid_t checker;                   /* that checks a login; 0: none */
	char login[LOGINS_WORD_MAX + 1]; /* which, or which was right; "" = none */
};

static struct {
	struct peer list[SESSIONS_MAX];
	int count;
	struct log_limit complaints;
	int64_t leaving_since_ms; /* 0: it goes on */
	struct smtpd_status status;
	int status_fd;
	bool changed; /* the status, since it was written */
} all;

static volatile sig_atomic_t got_term;

static void on_signal(int number)
{
	got_term = got_term || number != SIGCHLD;
}

static void set_signals(sigset_t *while_waiting)
{
	static const int caught[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, 0}, ignored[] = {SIGPIPE, 0};
	signals_only_while_waiting(on_signal, caught, ignored, while_waiting);
}

/* Who comes in numbers keeps no other out; who has a network of addresses keeps out no program of
   this machine. */
static bool has_room(const struct client *c)
{
	int own = 0, elsewhere = 0;
	for (int i = 0; i < all.count; i++) {
		own += client_is_same(&all.list[i].client, c);
		elsewhere += !all.list[i].client.is_local;
	}
	return (c->is_local || elsewhere < SESSIONS_ELSEWHERE_MAX) &&
	       all.count < (own == 0 ? SESSIONS_MAX : SESSIONS_SHARED) && own < SESSIONS_OF_ONE_MAX;
}

static void refuse(int fd, const struct client *c, const char *reply)
{
	TEXT(line, 300);
	text_printf(&line, "%s\r\n", reply);
	send(fd, line.data, line.length, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
	rejects_log(c, "CONNECT", reply);
}

static void count(enum smtpd_count which)
{
	all.status.counts[which]++;
	all.changed = true;
}

static void start_session(struct serve *s, int fd, const struct client *c)
{
	int pair[2];
	struct peer *p = &all.list[all.count];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		refuse(fd, c, "421 4.3.0 no descriptors are left; try again in a moment");
		return;
	}
	*p = (struct peer){.control_fd = pair[0], .client = *c, .since_ms = clock_mono_ms()};
	p->pid = fork();
	if (p->pid == 0) {
		close(pair[0]);
		session_process_become(&(struct session_setup){.client_fd = fd,
		    .control_fd = pair[1],
		    .client = c,
		    .host = s->config.name,
		    .tls = s->tls,
		    .size_limit_bytes = (long long)s->config.listen_max_message_mb << 20});
	}
	close(pair[1]);
	if (p->pid < 0) {
		close(pair[0]);
		refuse(fd, c, "421 4.3.0 no process is left; try again in a moment");
		return;
	}
	close(fd);
	all.count++;
}

static void accept_callers(struct serve *s, int socket, bool lmtp)
{
	for (int i = 0; i < SESSIONS_MAX; i++) {
		struct client c = {.lmtp = lmtp};
		TEXT(refusal, 200);
		int fd = compat_accept(socket);
		if (fd < 0) {
			fdio_rest_without_descriptors();
			return;
		}
		if (!client_identify(&c, fd, &s->rules, &refusal)) {
			count(SMTPD_TURNED_AWAY);
			refuse(fd, &c, refusal.data);
		} else if (!has_room(&c)) {
			count(SMTPD_TOO_MANY);
			refuse(fd, &c, "421 4.7.0 too many connections; try again in a moment");
		} else {
			count(SMTPD_CONNECTIONS);
			start_session(s, fd, &c);
		}
	}
}

static void open_door(struct peer *p)
{
	int64_t now = clock_mono_ms();
	bool early = p->door_ms != 0 && now - p->door_ms < DOOR_EVERY_MS;
	struct submit_for who = {.uid = p->client.uid};
	TEXT(via, sizeof who.via);
	text_put(&via, p->client.lmtp ? "lmtp" : "smtp");
	if (p->client.address[0] != '\0')
		text_printf(&via, "[%s]", p->client.address);
	if (p->login[0] != '\0') {
		text_put(&via, "/");
		text_escape(&via, p->login, strlen(p->login) < 40 ? strlen(p->login) : 40);
	}
	text_copy(who.via, sizeof who.via, via.data);
	/* One that wants them without end holds few of the runner's. */
	int fd = early ? -1 : door_open(&who);
	p->door_ms = fd >= 0 ? now : p->door_ms;
	const char word = fd >= 0 ? DOOR_OPEN : DOOR_CLOSED;
	(void)fdpass_send(p->control_fd, &word, 1, &fd, fd >= 0, DOOR_SEND);
	if (fd >= 0)
		close(fd);
}

/* A process of its own, because it takes time; it ends with 0 when the login is right. */
static bool start_check(struct serve *s, struct peer *p, const char *packet, size_t length)
{
	const char *name = packet + 1, *end = memchr(name, '\0', length - 1);
	const char *password = end != NULL ? end + 1 : NULL;
	bool good = p->client.needs_login && p->checker == 0 && p->login[0] == '\0' &&
	            password != NULL && packet[length - 1] == '\0' &&
	            strlen(password) == (size_t)(packet + length - 1 - password) &&
	            text_copy(p->login, sizeof p->login, name) && *name != '\0';
	if (!good)
		return false;
	p->checker = fork();
	if (p->checker == 0)
		_exit(logins_match(s->config.listen_logins, name, password) ? EX_OK : EX_NOPERM);
	return p->checker > 0;
}

static void end_check(struct serve *s, struct peer *p, int status)
{
	bool right = WIFEXITED(status) && WEXITSTATUS(status) == EX_OK;
	uid_t uid = right ? logins_user(s->config.listen_logins, p->login, s->rules.user) : (uid_t)-1;
	const char word = uid != (uid_t)-1 ? DOOR_RIGHT : DOOR_WRONG;
	TEXT(words, 500);
	p->checker = 0;
	if (word == DOOR_RIGHT) {
		p->client.uid = uid;
		p->client.needs_login = false;
	} else {
		text_printf(&words, "535 5.7.8 %s; login=<%s>", right ? "no local user" : "wrong password",
		    p->login);
		count(SMTPD_LOGIN_FAILED);
		rejects_log(&p->client, "AUTH", words.data);
		p->login[0] = '\0';
	}
	(void)send(p->control_fd, &word, 1, DOOR_SEND);
}

/* A session that waits for a login has nothing else to say, and is heard when it can be checked:
   who guesses passwords takes no processor from others. */
static bool may_be_heard(const struct peer *p)
{
	int own = 0, any = 0;
	for (int i = 0; p->client.needs_login && i < all.count; i++) {
		any += all.list[i].checker > 0;
		own += all.list[i].checker > 0 && client_is_same(&all.list[i].client, &p->client);
	}
	return own < CHECKS_OF_ONE_MAX && any < CHECKS_MAX;
}

/* What a session says of its client; the parent itself has logged what is wrong with a login. */
static bool note_told(const struct peer *p, const char *packet, size_t length)
{
	if (packet[0] == DOOR_ACCEPTED) {
		count(SMTPD_MESSAGES);
		return true;
	}
	const char *command = packet + 1, *end = memchr(command, '\0', length - 1);
	const char *reply = end != NULL ? end + 1 : NULL;
	if (reply == NULL || reply == packet + length || packet[length - 1] != '\0')
		return false;
	count(SMTPD_REJECTED);
	if (!text_starts(reply, "535 "))
		rejects_log(&p->client, command, reply);
	return true;
}

/* A session that is gone, or talks nonsense, is not heard any more. */
static bool hear_session(struct serve *s, struct peer *p)
{
	char packet[DOOR_PACKET_MAX];
	ssize_t n = recv(p->control_fd, packet, sizeof packet, MSG_DONTWAIT);
	bool good = n < 0 && (errno == EAGAIN || errno == EINTR);
	if (n > 0 && (packet[0] == DOOR_REJECTED || packet[0] == DOOR_ACCEPTED)) {
		good = note_told(p, packet, (size_t)n);
	} else if (n > 1 && packet[0] == DOOR_LOGIN) {
		good = start_check(s, p, packet, (size_t)n);
	} else if (n == 1 && packet[0] == DOOR_WANTED && !p->client.needs_login) {
		open_door(p);
		good = true;
	}
	compat_wipe(packet, sizeof packet);
	return good;
}

/* One that has ended is not changed by the signal. */
static void give_up(struct peer *p)
{
	close(p->control_fd);
	p->control_fd = -1;
	kill(p->pid, SIGKILL);
}

/* What it said last. */
static void hear_rest(const struct peer *p)
{
	char packet[DOOR_PACKET_MAX];
	ssize_t n;
	for (int i = 0; i < REST_MAX && p->control_fd >= 0 &&
	                (n = recv(p->control_fd, packet, sizeof packet, MSG_DONTWAIT)) > 0;
	     i++) {
		if (packet[0] == DOOR_REJECTED || packet[0] == DOOR_ACCEPTED)
			note_told(p, packet, (size_t)n);
	}
}

static void reap(struct serve *s)
{
	for (int i = all.count - 1; i >= 0; i--) {
		struct peer *p = &all.list[i];
		int status;
		if (p->checker > 0 && waitpid(p->checker, &status, WNOHANG) == p->checker)
			end_check(s, p, status);
		if (waitpid(p->pid, &status, WNOHANG) == 0) {
			if (clock_mono_ms() - p->since_ms > SESSION_MS)
				kill(p->pid, SIGKILL);
			continue;
		}
		if (WIFSIGNALED(status) || WEXITSTATUS(status) != EX_OK) {
			TEXT(words, 200);
			text_printf(&words, "smtpd: a session of uid %lu ended with %s %d",
			    (unsigned long)p->client.uid, WIFSIGNALED(status) ? "signal" : "exit code",
			    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
			log_limited(&all.complaints, words.data);
		}
		if (p->checker > 0 && kill(p->checker, SIGKILL) == 0)
			waitpid(p->checker, NULL, 0);
		hear_rest(p);
		if (p->control_fd >= 0)
			close(p->control_fd);
		*p = all.list[--all.count];
	}
}

/* Everything about [listen], and the name in the greeting. */
static bool is_changed(struct serve *s)
{
	struct config fresh;
	struct diagnosis d = {0};
	if (!fdio_changed(paths_config(), &s->config_file))
		return false;
	bool good = config_read(&fresh, paths_config(), &d);
	const struct config *old = &s->config;
	bool same = strcmp(fresh.listen_smtp, old->listen_smtp) == 0 &&
	            strcmp(fresh.listen_lmtp, old->listen_lmtp) == 0 &&
	            strcmp(fresh.listen_clients, old->listen_clients) == 0 &&
	            strcmp(fresh.listen_logins, old->listen_logins) == 0 &&
	            strcmp(fresh.listen_user, old->listen_user) == 0 &&
	            strcmp(fresh.listen_tls_cert_file, old->listen_tls_cert_file) == 0 &&
	            strcmp(fresh.listen_tls_key_file, old->listen_tls_key_file) == 0 &&
	            strcmp(fresh.name, old->name) == 0 &&
	            fresh.listen_without_login == old->listen_without_login &&
	            fresh.listen_max_message_mb == old->listen_max_message_mb;
	config_free(&fresh);
	return good && !same;
}

/* No more callers; sessions end between two messages. */
static void leave(struct serve *s)
{
	const char word = DOOR_LEAVE;
	all.leaving_since_ms = clock_mono_ms();
	sockets_close(&s->sockets);
	for (int i = 0; i < all.count; i++)
		(void)send(all.list[i].control_fd, &word, 1, DOOR_SEND);
}

static void wait_for_events(struct serve *s, const sigset_t *mask)
{
	struct pollfd p[LISTEN_PLACES_MAX + SESSIONS_MAX + 1];
	const struct timespec limit = {.tv_sec = LOOK_MS / 1000};
	int sockets = s->sockets.count, sessions = all.count;
	for (int i = 0; i < sockets; i++)
		p[i] = (struct pollfd){.fd = s->sockets.list[i].fd, .events = POLLIN};
	for (int i = 0; i < sessions; i++)
		p[sockets + i] =
		    (struct pollfd){.fd = may_be_heard(&all.list[i]) ? all.list[i].control_fd : -1,
		        .events = POLLIN};
	struct pollfd *life = &p[sockets + sessions];
	*life = (struct pollfd){.fd = all.leaving_since_ms == 0 ? s->life_fd : -1, .events = POLLIN};
	if (compat_poll(p, (nfds_t)(sockets + sessions) + 1, &limit, mask) <= 0)
		return;
	for (int i = 0; i < sessions; i++) {
		struct peer *peer = &all.list[i];
		if (p[sockets + i].revents != 0 && may_be_heard(peer) && !hear_session(s, peer))
			give_up(peer);
	}
	for (int i = 0; i < sockets; i++) {
		if (p[i].revents != 0)
			accept_callers(s, s->sockets.list[i].fd, s->sockets.list[i].lmtp);
	}
	got_term = got_term || life->revents != 0;
}

static void write_status(void)
{
	all.changed = all.changed || all.status.sessions != all.count;
	all.status.sessions = all.count;
	if (all.changed)
		smtpd_status_write(all.status_fd, &all.status);
	all.changed = false;
}

int serve_run(struct serve *s)
{
	sigset_t mask;
	int64_t looked_ms = clock_mono_ms();
	set_signals(&mask);
	all.status_fd = smtpd_status_begin(&all.status);
	if (all.status_fd < 0)
		log_line(LOG_WARNING, "smtpd: its status file cannot be written: %s", strerror(errno));
	all.changed = true;
	write_status();
	for (;;) {
		wait_for_events(s, &mask);
		reap(s);
		int64_t now = clock_mono_ms();
		bool look = all.leaving_since_ms == 0 && now - looked_ms >= LOOK_MS;
		looked_ms = look ? now : looked_ms;
		if (look || got_term || all.leaving_since_ms != 0)
			write_status();
		if (all.leaving_since_ms == 0 && (got_term || (look && is_changed(s))))
			leave(s);
		if (all.leaving_since_ms != 0 && (all.count == 0 || now - all.leaving_since_ms > LEAVE_MS))
			break;
	}
	for (int i = 0; i < all.count; i++)
		kill(all.list[i].pid, SIGKILL);
	return EX_OK;
}
