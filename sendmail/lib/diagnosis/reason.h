/* The keys of the catalogue, as an enum made of its rows.  Files and protocols carry the words;
   they are understood where they are read. */
#ifndef DIAGNOSIS_REASON_H
#define DIAGNOSIS_REASON_H

#define REASON(name, word, fault, wait_s, stays, meaning, remedy) REASON_##name,
#define PLAIN(name, word) REASON_##name,
enum reason_key {
	REASON_NONE,  /* "": not recognised yet, or a success */
	REASON_OTHER, /* a word that is none of ours: from another version, or somebody's trick */
#include "diagnosis/catalogue_rows.h"
	REASON_COUNT
};
#undef REASON
#undef PLAIN

/* The word of a key; "" of REASON_NONE, "other" of REASON_OTHER. */
const char *reason_word(enum reason_key key);

/* The key of a word: REASON_NONE of "", REASON_OTHER where there is none. */
enum reason_key reason_find(const char *word);
#endif
