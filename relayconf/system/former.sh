# Functions for the package's postinst: what the mail program of before has left.

# former_settings ROOT: "PROGRAM FILE" for each whose settings lie below ROOT ("" = this machine), as relayconf import knows them
former_settings() {
	while read -r program file; do
		if [ -s "$1$file" ]; then echo "$program $file"; fi
	done <<-END
		dma /etc/dma/dma.conf
		ssmtp /etc/ssmtp/ssmtp.conf
		msmtp /etc/msmtprc
		nullmailer /etc/nullmailer/remotes
		sendmail /etc/mail/sendmail.cf
		postfix /etc/postfix/main.cf
	END
}

# offer_import ROOT CONFIG: the next command for an administrator whose configuration names no smarthost yet
offer_import() {
	echo "firsthop: mail is accepted and waits until $2 names a smarthost"
	former_settings "$1" | while read -r program file; do
		echo "firsthop: the settings of $program are in $file; to use them: relayconf import -o $2 $program"
		echo "firsthop: then relayconf check, and relayconf adopt for the mail in its queue"
	done
	[ -n "$(former_settings "$1")" ] || echo "firsthop: to configure it: relayconf setup YOUR@ADDRESS"
}
