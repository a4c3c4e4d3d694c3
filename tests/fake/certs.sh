#!/bin/sh
# certs.sh FOLDER [NAME]: a test authority (ca.pem) and server certificates NAME.pem with NAME.key:
# good, expired, notyet, wrongname, selfsigned.  NAME is the server's name; default localhost.
set -eu
mkdir -p "$1" && cd "$1"
name=${2:-localhost}
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj "/CN=firsthop test authority" -addext basicConstraints=critical,CA:TRUE
# make FILE NAME START END
make() {
	openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$2"
	[ "$2" = "$name" ] && san="DNS:$2,IP:127.0.0.1" || san="DNS:$2"
	mkdir -p db; : >db/index; echo "$(date +%s%N | cut -c1-15)" | awk '{printf "%x\n", $1}' | awk '{ if (length($0) % 2) print "0" $0; else print $0 }' >db/serial
	cat >ca.conf <<END
[ca]
default_ca = test
[test]
database = db/index
serial = db/serial
new_certs_dir = db
default_md = sha256
policy = any
x509_extensions = ext
unique_subject = no
[any]
commonName = supplied
[ext]
subjectAltName = $san
END
	openssl ca -batch -config ca.conf -cert ca.pem -keyfile ca.key -in "$1.csr" -out "$1.pem" -notext -startdate "$3" -enddate "$4"
}
make good "$name" 20200101000000Z 20491231000000Z
make expired "$name" 20200101000000Z 20210101000000Z
make notyet "$name" 20480101000000Z 20491231000000Z
make wrongname other.example.org 20200101000000Z 20491231000000Z
openssl req -x509 -newkey rsa:2048 -nodes -keyout selfsigned.key -out selfsigned.pem -days 30 -subj "/CN=$name" -addext "subjectAltName=DNS:$name,IP:127.0.0.1"
