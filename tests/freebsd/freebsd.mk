# The programs for FreeBSD, compiled and linked elsewhere: make -f tests/freebsd/freebsd.mk CPU=x86_64 (or aarch64), after fetch-freebsd.sh.
# inih is compiled from its source.  OpenSSL is a stand-in: libraries with FreeBSD's names that hold exactly the symbols that relay wants
# and that a real OpenSSL has.
CPU        = x86_64
RELEASE    = 14.0
FETCHED    = build/freebsd
override BUILD = $(FETCHED)/$(CPU)
override SYSTEM = FreeBSD
override CC = $(FETCHED)/zig/ziglang/zig cc -target $(CPU)-freebsd.$(RELEASE)
OPTIMIZE   = -O1
include GNUmakefile
override PLATFORM_CPPFLAGS = -isystem $(FETCHED)/inih -isystem $(FETCHED)/idn2 -isystem $(FETCHED)/openssl
override PLATFORM_LDFLAGS = -L$(BUILD)/lib
export ZIG_GLOBAL_CACHE_DIR = $(CURDIR)/$(FETCHED)/cache
export ZIG_LOCAL_CACHE_DIR = $(ZIG_GLOBAL_CACHE_DIR)

LIB = $(BUILD)/lib
$(filter-out %/sendmail %/mail,$(BINARIES)): | $(LIB)/libinih.so $(LIB)/libidn2.so
$(BUILD)/bin/relay: | $(LIB)/libcrypto.so
$(BUILD)/bin/smtpd: | $(LIB)/libcrypto.so $(LIB)/libcrypt.so

$(LIB)/libinih.so: $(FETCHED)/inih/ini.c
	@mkdir -p $(@D)
	$(CC) -O2 -fPIC -DINI_SHARED_LIB -DINI_SHARED_LIB_BUILDING -shared -Wl,-soname,libinih.so.0 -o $@ $<

# A stand-in, too: the names that config/idn.c wants.
$(LIB)/libidn2.so:
	@mkdir -p $(@D)
	printf 'void idn2_to_ascii_8z(void);void idn2_to_unicode_8z8z(void);void idn2_free(void);void idn2_to_ascii_8z(void){}void idn2_to_unicode_8z8z(void){}void idn2_free(void){}' | \
		$(CC) -O2 -fPIC -shared -Wl,-soname,libidn2.so.0 -o $@ -x c -

$(LIB)/libcrypto.so: $(addprefix $(BUILD)/,$(addsuffix .o,$(relay_OBJECTS) $(smtpd_OBJECTS)))
	@mkdir -p $(@D)
	CC='$(CC)' sh tests/freebsd/stub.sh $(@D) $^

$(LIB)/libcrypt.so:
	@mkdir -p $(@D)
	printf 'void crypt(void);void crypt(void){}' | $(CC) -w -O2 -fPIC -fno-builtin -shared -Wl,-soname,libcrypt.so.5 -o $@ -x c -
