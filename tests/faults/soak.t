#!/bin/sh
# The soak of "make soak", small.
exec sh tests/soak.sh 3000
