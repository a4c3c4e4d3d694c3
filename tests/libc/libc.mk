# The programs for other C libraries and processors, compiled and linked here: make -f tests/libc/libc.mk TARGET=x86_64-linux-musl, after
# tests/freebsd/fetch-freebsd.sh.  inih is compiled from its source; of libbsd, libidn2 and OpenSSL the headers are this system's, and the libraries stand-ins that
# hold exactly the symbols that are wanted.
TARGET     = x86_64-linux-gnu.2.31
FETCHED    = build/freebsd
override BUILD = build/libc/$(TARGET)
override SYSTEM = Linux
override CC = $(FETCHED)/zig/ziglang/zig cc -target $(TARGET)
OPTIMIZE   = -O0
HARDEN     = -fPIE
include GNUmakefile
override PLATFORM_CPPFLAGS += -isystem $(FETCHED)/inih -isystem $(FETCHED)/idn2 -isystem $(FETCHED)/openssl -isystem build/libc/include
override PLATFORM_LDFLAGS = -L$(BUILD)/lib
export ZIG_GLOBAL_CACHE_DIR = $(CURDIR)/$(FETCHED)/cache
export ZIG_LOCAL_CACHE_DIR = $(ZIG_GLOBAL_CACHE_DIR)

LIB = $(BUILD)/lib
$(BINARIES): | $(LIB)/libinih.so $(LIB)/libidn2.so $(LIB)/libbsd.so
$(BUILD)/bin/relay: | $(LIB)/libcrypto.so
$(BUILD)/bin/smtpd: | $(LIB)/libcrypto.so $(LIB)/libcrypt.so

$(LIB)/libinih.so: $(FETCHED)/inih/ini.c
	@mkdir -p $(@D)
	$(CC) -O2 -fPIC -shared -Wl,-soname,libinih.so.1 -o $@ $<

$(LIB)/libidn2.so:
	@mkdir -p $(@D)
	printf 'void idn2_to_ascii_8z(void);void idn2_to_unicode_8z8z(void);void idn2_free(void);void idn2_to_ascii_8z(void){}void idn2_to_unicode_8z8z(void){}void idn2_free(void){}' | \
		$(CC) -fPIC -shared -Wl,-soname,libidn2.so.0 -o $@ -x c -

$(LIB)/libbsd.so:
	@mkdir -p $(@D)
	printf 'void closefrom(int low) { (void)low; }\nunsigned arc4random(void) { return 4; }\n' | $(CC) -fPIC -shared -Wl,-soname,libbsd.so.0 -o $@ -x c -

$(LIB)/libcrypto.so: $(addprefix $(BUILD)/,$(addsuffix .o,$(relay_OBJECTS) $(smtpd_OBJECTS)))
	@mkdir -p $(@D)
	CC='$(CC)' sh tests/freebsd/stub.sh $(@D) $^

$(LIB)/libcrypt.so:
	@mkdir -p $(@D)
	printf 'void crypt(void);void crypt(void){}' | $(CC) -w -fPIC -fno-builtin -shared -Wl,-soname,libcrypt.so.1 -o $@ -x c -
