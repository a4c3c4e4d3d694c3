/* Servers, by their names. */
#include "base/compat.h"
#include "diagnosis/deed.h"
#include "runner/queue/server_state.h"
#include "runner/queue/schedule.h"
#include <stdlib.h>
#include <string.h>

#define LOGIN_PAUSE_S 900
#define LOGIN_PAUSE_MAX_S 14400

struct server_state *server_state_find(const struct server_states *s, const char *name)
{
	for (int i = 0; i < s->count; i++) {
		if (strcmp(s->list[i].name, name) == 0)
			return &s->list[i];
	}
	return NULL;
}

struct server_state *server_state_make(struct server_states *s, const char *name)
{
	struct server_state *h = server_state_find(s, name);
	if (h != NULL)
		return h;
	s->list = mem_resize(s->list, (size_t)s->count + 1, sizeof *s->list);
	h = &s->list[s->count++];
	*h = (struct server_state){.name = mem_copy(name)};
	return h;
}

void server_state_forget(struct server_states *s, const char *name)
{
	struct server_state *h = server_state_find(s, name);
	if (h == NULL)
		return;
	free(h->name);
	*h = s->list[--s->count];
}

bool server_state_login_refused(const struct server_state *h)
{
	static const enum reason_key keys[] = {REASON_AUTH_REFUSED, REASON_AUTH_APP_PASSWORD,
	    REASON_AUTH_DISABLED, REASON_AUTH_POLICY, REASON_AUTH_RETIRED, REASON_OAUTH_REFUSED};
	bool refused = false;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		refused = refused || h->why.key == keys[i];
	return h->failures > 0 && h->why.stage == STAGE_AUTH && h->why.reply_code != 0 && refused;
}

int server_state_pause_s(const struct server_state *h, const struct config *c)
{
	if (!server_state_login_refused(h))
		return schedule_wait_s(c, h->failures, deed_wait_s(h->why.key), compat_random());
	int pause = LOGIN_PAUSE_S;
	for (int i = 1; i < h->failures && pause < LOGIN_PAUSE_MAX_S; i++)
		pause *= 2;
	return pause < LOGIN_PAUSE_MAX_S ? pause : LOGIN_PAUSE_MAX_S;
}

void server_state_free(struct server_states *s)
{
	for (int i = 0; i < s->count; i++)
		free(s->list[i].name);
	free(s->list);
	*s = (struct server_states){0};
}
