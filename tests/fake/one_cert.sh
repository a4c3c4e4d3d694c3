# To be sourced.  one_cert FOLDER NAME CN EXTENSION...: a certificate NAME.pem with NAME.key, signed by the authority that certs.sh made there
one_cert() (
	cd "$1" || exit 1
	name=$2 common=$3; shift 3
	printf '%s\n' "$@" >"$name.ext"
	openssl ecparam -genkey -name prime256v1 -noout -out "$name.key" 2>/dev/null
	openssl req -new -key "$name.key" -subj "/CN=$common" 2>/dev/null |
		openssl x509 -req -CA ca.pem -CAkey ca.key -set_serial 0x$(openssl rand -hex 8) -days 3000 -extfile "$name.ext" -out "$name.pem" 2>/dev/null
)
