/* How wide a character is on a terminal: the one table for all that lays out text. */
#ifndef BASE_COLUMNS_H
#define BASE_COLUMNS_H
#include <stdint.h>

/* Columns of a character (its number in Unicode): 0 for one that is put on the character before it
   (combining marks, joiners, variation selectors), 2 for East Asian Wide and Fullwidth and for
   pictures (UAX 11), else 1.  Half-width katakana are 1. */
int columns_of_character(uint32_t character);
#endif
