/* The packets of the milter protocol: 4 bytes of length (big endian), a command, its data.  As
   Sendmail's libmilter speaks it, versions 2 to 6; the names are of its headers. */
#ifndef FILTER_MILTER_WIRE_H
#define FILTER_MILTER_WIRE_H
#include "base/mem.h"
#include <stdbool.h>
#include <stdint.h>

#define MILTER_VERSION_LEAST 2
#define MILTER_VERSION_MOST 6
#define MILTER_CHUNK_BYTES 65535    /* of a body, in one packet */
#define MILTER_PACKET_BYTES 1048576 /* the longest that is believed */

/* From us. */
enum {
	SMFIC_CONNECT = 'C',
	SMFIC_MACRO = 'D',
	SMFIC_HELO = 'H',
	SMFIC_MAIL = 'M',
	SMFIC_RCPT = 'R',
	SMFIC_DATA = 'T',
	SMFIC_HEADER = 'L',
	SMFIC_EOH = 'N',
	SMFIC_BODY = 'B',
	SMFIC_BODYEOB = 'E',
	SMFIC_OPTNEG = 'O',
	SMFIC_QUIT = 'Q'
};

/* From the milter. */
enum {
	SMFIR_ADDRCPT = '+',
	SMFIR_DELRCPT = '-',
	SMFIR_ADDRCPT_PAR = '2',
	SMFIR_SHUTDOWN = '4',
	SMFIR_ACCEPT = 'a',
	SMFIR_REPLBODY = 'b',
	SMFIR_CONTINUE = 'c',
	SMFIR_DISCARD = 'd',
	SMFIR_CHGFROM = 'e',
	SMFIR_CONN_FAIL = 'f',
	SMFIR_ADDHEADER = 'h',
	SMFIR_INSHEADER = 'i',
	SMFIR_CHGHEADER = 'm',
	SMFIR_PROGRESS = 'p',
	SMFIR_QUARANTINE = 'q',
	SMFIR_REJECT = 'r',
	SMFIR_SKIP = 's',
	SMFIR_TEMPFAIL = 't',
	SMFIR_REPLYCODE = 'y'
};

/* What a milter may do: all of it is offered, because many refuse to work where one is missing. */
#define SMFIF_ALL 0x1ffu

/* What it need not be sent, what it does not answer, and how. */
enum {
	SMFIP_NOCONNECT = 0x1,
	SMFIP_NOHELO = 0x2,
	SMFIP_NOMAIL = 0x4,
	SMFIP_NORCPT = 0x8,
	SMFIP_NOBODY = 0x10,
	SMFIP_NOHDRS = 0x20,
	SMFIP_NOEOH = 0x40,
	SMFIP_NR_HDR = 0x80,
	SMFIP_NOUNKNOWN = 0x100,
	SMFIP_NODATA = 0x200,
	SMFIP_SKIP = 0x400,
	SMFIP_NR_CONN = 0x1000,
	SMFIP_NR_HELO = 0x2000,
	SMFIP_NR_MAIL = 0x4000,
	SMFIP_NR_RCPT = 0x8000,
	SMFIP_NR_DATA = 0x10000,
	SMFIP_NR_UNKN = 0x20000,
	SMFIP_NR_EOH = 0x40000,
	SMFIP_NR_BODY = 0x80000,
	SMFIP_HDR_LEADSPC = 0x100000
};
#define SMFIP_OFFERED 0x1ff7ffu

/* A packet is begun, filled with buffer_add, and ended. */
size_t milter_wire_begin(struct buffer *out, char command);
void milter_wire_string(struct buffer *out, const char *string); /* with its NUL */
void milter_wire_number(struct buffer *out, uint32_t number);
void milter_wire_end(struct buffer *out, size_t begun);

struct milter_packet {
	char command;
	const char *data;
	size_t length;
};

enum milter_wire_state { MILTER_WIRE_WHOLE, MILTER_WIRE_PART, MILTER_WIRE_WRONG };

/* The packet at the beginning of so many bytes; *used: how many it takes. */
enum milter_wire_state milter_wire_take(const char *bytes, size_t length, struct milter_packet *p,
    size_t *used);

/* The next parts of a packet's data, from *at on.  False when they are not there. */
bool milter_wire_take_number(const struct milter_packet *p, size_t *at, uint32_t *number);
bool milter_wire_take_string(const struct milter_packet *p, size_t *at, const char **string);
#endif
