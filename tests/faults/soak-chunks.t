#!/bin/sh
# The soak with a smarthost that offers CHUNKING: several messages are on their way when something is killed or breaks.
exec sh tests/soak.sh 2000 chunks
