/* What people read in their own language: sentences in the code are English, and catgets(3) has
   those of the others (man/languages, man/HACKING 8).  The number of a sentence is a hash of its
   English, so a catalogue of another version has a sentence or has it not, and never a wrong one.
   Until language_begin or language_use is called, and where a catalogue lacks a sentence,
   everything is English: logs, and what programs read. */
#ifndef BASE_LANGUAGE_H
#define BASE_LANGUAGE_H
#include <stdbool.h>

/* A sentence of the code, in the language that was chosen.  TR_LATER marks one that is in a
   table and is put through TR when it is said. */
#define TR(english) language_of(english)
#define TR_LATER(english) english

#define LANGUAGE_SIZE 12 /* "zh_TW" */

/* The language of the caller's environment (LC_ALL, LC_MESSAGES, LANG), where that is one in UTF-8
   and has a catalogue. */
void language_begin(void);

/* True for what may be the name of a language: letters, and an underscore. */
bool language_is_name(const char *name);

/* The language with that name; "" and "en": English.  False: there is no catalogue, and English
   it is. */
bool language_use(const char *name);

/* The same sentence in the language in use.  What is not there, or asks printf(3) for other values
   than the English does, is not used. */
const char *language_of(const char *english) __attribute__((format_arg(1)));

/* True when both ask printf(3) for the same values, in any order. */
bool language_fits(const char *english, const char *other);
#endif
