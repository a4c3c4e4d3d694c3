/* Reading what was delivered. */
#include "tests/fake/arrivals.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>

static void note_address(struct arrival *a, const char *address)
{
	char kind[20] = "";
	int n = 0, series = 0;
	if (sscanf(address, "%19[a-z]-%d@p%d.", kind, &n, &series) != 3 &&
	    sscanf(address, "%*[^+@]+%19[a-z]-%d-p%d@", kind, &n, &series) != 3)
		return;
	if (a->count == (int)(sizeof a->to / sizeof a->to[0]))
		return;
	snprintf(a->to[a->count].kind, sizeof a->to[0].kind, "%s", kind);
	a->to[a->count].n = n;
	a->to[a->count++].series = series;
}

static void end_message(struct arrival *a, char *last, arrival_seen *seen)
{
	char wanted[40];
	snprintf(wanted, sizeof wanted, "END %d\n", a->count > 0 ? a->to[0].n : -1);
	bool report = a->count > 0 && strcmp(a->to[0].kind, "sender") == 0;
	a->whole = report ? strncmp(last, "--firsthop", 10) == 0 : strcmp(last, wanted) == 0;
	a->last_line = last;
	if (a->count > 0 || *last != '\0')
		seen(a);
	a->count = 0;
	*last = '\0';
}

static void read_file(const char *path, bool mbox, arrival_seen *seen)
{
	char line[2000], last[200] = "";
	struct arrival a = {.where = path};
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return;
	while (fgets(line, sizeof line, file) != NULL) {
		if (mbox && strncmp(line, "From ", 5) == 0) {
			end_message(&a, last, seen);
			continue;
		}
		if (strncmp(line, "Delivered-To: ", 14) == 0)
			note_address(&a, line + 14);
		for (char *at = line;
		     strncmp(line, "X-Envelope-To:", 14) == 0 && (at = strchr(at, '<')) != NULL; at++)
			note_address(&a, at + 1);
		if (*line != '\n')
			snprintf(last, sizeof last, "%.190s", line);
	}
	end_message(&a, last, seen);
	fclose(file);
}

static void read_folder(const char *folder, const char *ending, arrival_seen *seen)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char path[1400];
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.' && strstr(entry->d_name, ending) != NULL)
			read_file(path, false, seen);
	}
	if (dir != NULL)
		closedir(dir);
}

void arrivals_at_smarthost(const char *folder, arrival_seen *seen)
{
	read_folder(folder, ".eml", seen);
}

void arrivals_in_mbox(const char *path, arrival_seen *seen)
{
	read_file(path, true, seen);
}

void arrivals_in_maildir(const char *home, arrival_seen *seen)
{
	char folder[1100];
	snprintf(folder, sizeof folder, "%s/Maildir/new", home);
	read_folder(folder, "", seen);
}

int arrivals_waiting(const char *spool)
{
	static const char *const folders[] = {"drop", "mqueue"};
	int count = 0;
	for (int i = 0; i < 2; i++) {
		char path[1024];
		struct dirent *entry;
		snprintf(path, sizeof path, "%s/%s", spool, folders[i]);
		DIR *folder = opendir(path);
		while (folder != NULL && (entry = readdir(folder)) != NULL)
			count += strlen(entry->d_name) >= 17 && entry->d_name[8] == '.';
		if (folder != NULL)
			closedir(folder);
	}
	return count;
}
