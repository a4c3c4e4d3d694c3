/* A link with TLS on it. */
#include "relay/smtp/tls_link.h"
#include "base/text.h"
#include "relay/smtp/identity.h"
#include <errno.h>
#include <openssl/err.h>
#include <unistd.h>

static void put_reason(struct text *t)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());
	text_put(t, reason != NULL ? reason : "no reason was given");
}

/* The errors of a read or write: nothing now, closed, or broken. */
static ssize_t result_of(struct link *l, SSL *ssl, int n)
{
	int saved = errno;
	int error = SSL_get_error(ssl, n);
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return 0;
	errno = error == SSL_ERROR_SYSCALL ? saved : 0;
	if (error == SSL_ERROR_SSL && l->wants_certificate &&
	    identity_is_unwanted(ERR_GET_REASON(ERR_peek_error()))) {
		struct text words;
		text_init(&words, l->error, sizeof l->error);
		identity_put_refusal(ssl, ERR_reason_error_string(ERR_peek_error()), &words);
	} else if (error == SSL_ERROR_SSL) {
		struct text words;
		text_init(&words, l->error, sizeof l->error);
		text_put(&words, "TLS broke: ");
		put_reason(&words);
	}
	ERR_clear_error();
	return -1;
}

static ssize_t tls_read(struct link *l, void *bytes, size_t size)
{
	size_t n = 0;
	ERR_clear_error();
	errno = 0;
	int good = SSL_read_ex(l->state, bytes, size, &n);
	return good == 1 ? (ssize_t)n : result_of(l, l->state, good);
}

static ssize_t tls_write(struct link *l, const void *bytes, size_t size)
{
	size_t n = 0;
	ERR_clear_error();
	errno = 0;
	int good = SSL_write_ex(l->state, bytes, size, &n);
	return good == 1 ? (ssize_t)n : result_of(l, l->state, good);
}

static int tls_wait_for(struct link *l, bool want_write)
{
	if (SSL_want_write((SSL *)l->state))
		return LINK_READABLE | LINK_WRITABLE;
	return LINK_READABLE | (want_write ? LINK_WRITABLE : 0);
}

static bool tls_pending(struct link *l)
{
	return SSL_has_pending(l->state) == 1;
}

static void tls_close(struct link *l)
{
	SSL_shutdown(l->state);
	SSL_free(l->state);
	l->state = NULL;
	ERR_clear_error();
	close(l->fd);
	l->fd = -1;
}

void tls_link(struct link *l, SSL *ssl, bool wants_certificate)
{
	*l = (struct link){.read = tls_read,
	    .write = tls_write,
	    .wait_for = tls_wait_for,
	    .pending = tls_pending,
	    .close = tls_close,
	    .fd = l->fd,
	    .state = ssl,
	    .wants_certificate = wants_certificate};
}
