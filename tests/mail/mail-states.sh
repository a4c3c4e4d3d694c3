# For mail-states.table: the mailbox of four messages, and what has become of them.  In the folder of inbox, mbox and saved.

state_mailbox() {
	for n in 1 2 3 4; do
		printf 'From joe%s@example.org Tue Nov 24 20:0%s:00 2026\nFrom: joe%s@example.org\nTo: me@example.org\nSubject: msg%s\nDate: Tue, 24 Nov 2026 20:0%s:00 +0000\n' $n $n $n $n $n
		case $n in 2) echo 'Status: O' ;; 3) echo 'Status: RO' ;; esac
		printf '\ntext %s\n\n' $n
	done
}

state_outcome() {
	for file in inbox mbox saved; do [ -e $file ] || : >$file; done
	awk '
		FNR == 1 { file = substr(FILENAME, 1, 1) }
		/^From joe/ { n = ++seen; of[n] = file; status[n] = "" }
		/^Subject: msg/ { number[n] = substr($2, 4) }
		/^Status: / { status[n] = $2 }
		END {
			for (i = 1; i <= seen; i++) {
				letter = of[i] == "s" ? "" : status[i] ~ /R/ ? "R" : status[i] ~ /O/ ? "U" : "N"
				at[number[i]] = at[number[i]] (at[number[i]] == "" ? "" : "+") of[i] letter
			}
			for (i = 1; i <= 4; i++) printf "%s%s", (at[i] == "" ? "-" : at[i]), (i < 4 ? " " : "\n")
		}' inbox mbox saved
}
