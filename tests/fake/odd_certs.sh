# odd_certs.sh FOLDER: beside what certs.sh made there, for 127.0.0.1: certificates that are wrong in rarer ways.  Each NAME.pem has NAME.key.
set -eu
cd "$1"
key() { openssl ecparam -genkey -name prime256v1 -noout -out "$1.key"; }
# root NAME CN: another authority
root() { key "$1"; openssl req -x509 -new -key "$1.key" -out "$1.pem" -days 3000 -subj "/CN=$2" -addext basicConstraints=critical,CA:TRUE; }
# signed NAME CN BY EXTENSION...
signed() {
	name=$1 common=$2 by=$3; shift 3
	printf '%s\n' "$@" >"$name.ext"
	key "$name"
	openssl req -new -key "$name.key" -subj "/CN=$common" | openssl x509 -req -CA "$by.pem" -CAkey "$by.key" -set_serial 0x$(openssl rand -hex 8) -days 3000 -extfile "$name.ext" -out "$name.pem"
}
here=subjectAltName=IP:127.0.0.1
root stranger "firsthop test authority"
signed unknown localhost stranger $here
signed client localhost ca $here extendedKeyUsage=clientAuth
signed nobody localhost ca $here basicConstraints=critical,CA:FALSE
signed by_nobody localhost nobody $here
cat nobody.pem >>by_nobody.pem
signed common 127.0.0.1 ca basicConstraints=CA:FALSE
signed dns localhost ca subjectAltName=DNS:127.0.0.1
signed wild localhost ca 'subjectAltName=DNS:*,DNS:*.0.0.1,DNS:*.0.1'
signed hostile "$(printf 'x\033[2J')" ca "$(printf 'subjectAltName=DNS:evil\033[2J.example.org')"
# An authority whose time is over, and what it signed in its time.
key old_ca
openssl req -new -key old_ca.key -subj "/CN=old authority" -out old_ca.csr
printf 'basicConstraints=critical,CA:TRUE\n' >old_ca.ext
sed 's/^x509_extensions.*//' ca.conf >old_ca.conf
openssl ca -batch -config old_ca.conf -cert ca.pem -keyfile ca.key -in old_ca.csr -out old_ca.pem -notext -startdate 20100101000000Z -enddate 20200101000000Z -extfile old_ca.ext
signed under_old localhost old_ca $here
cat old_ca.pem >>under_old.pem
