# BSD make comes here; the build is written for GNU make.
.DEFAULT:
	@echo "firsthop is built with GNU make: gmake $@ (pkg install gmake)" && false
all demo check install install-rights install-links uninstall clean:
	@echo "firsthop is built with GNU make: gmake $@ (pkg install gmake)" && false
.PHONY: all demo check install install-rights install-links uninstall clean
