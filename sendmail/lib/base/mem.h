/* Memory that is either there or ends the program: all state of value is on disk,
   so running out of memory is answered by a clear message and an exit code. */
#ifndef BASE_MEM_H
#define BASE_MEM_H
#include "base/buffer.h"
#include <stddef.h>

/* Exit status used when memory runs out; default EX_OSERR (71). */
void mem_set_exit_code(int code);

/* Says that memory has run out, and ends the program. */
_Noreturn void mem_exhausted(void);

/* Zeroed memory; never returns NULL.  Freed with free(3). */
void *mem_alloc(size_t size_bytes) __attribute__((returns_nonnull));

/* Grows or shrinks an array of count items; checks the product for overflow; never returns NULL. */
void *mem_resize(void *old, size_t count, size_t item_bytes) __attribute__((returns_nonnull));

/* An array of count items with room for one more.  It must have grown by this alone: to twice its
   size when count is a power of two. */
void *mem_grow(void *list, size_t count, size_t item_bytes);

/* Copies a string, or the first length bytes of one, which may be NULL when there are none; never
   returns NULL. */
char *mem_copy(const char *string);
char *mem_copy_n(const char *bytes, size_t length);

/* Frees *pointer and sets it to NULL. */
void mem_free(void *pointer_to_pointer);
#endif
