#!/usr/bin/perl
# firsthop's lines of a day (firsthop(7), THE LOG) for logwatch: what was handed in, what became of it, and why.
use strict;
use warnings;

my (%by_login, %sent, %waits, %failed, %refused, %errors);
my ($submitted, $delivered) = (0, 0);

# Of a delivery, as Postfix words it: what the server said stands between parentheses, our own fields behind them.
my $delivery = qr/^\S+ to=<(.*?)>, (?:orig_to=<.*?>, )?relay=([^,]+), .*?status=(\w+) \((.*)\) from=(.*)$/;

# A field of a line: key=value or key="value with blanks".
sub field {
	my ($line, $key) = @_;
	return $1 =~ s/\\(.)/$1/gr if $line =~ /(?:^| )\Q$key\E="((?:[^"\\]|\\.)*)"/;
	return $line =~ /(?:^| )\Q$key\E=(\S*)/ ? $1 : '';
}

while (my $line = <STDIN>) {
	chomp $line;
	$line =~ s{^.*? firsthop[-a-z/]*(?:\[\d+\])?: }{};
	if ($line =~ /^\S+: uid=\d+ from=/) {
		$submitted++;
		$by_login{field($line, 'login')}++;
	} elsif ($line =~ /^submission refused: /) {
		$refused{$line =~ s/^submission refused: uid=(\d+) exit=\d+ (?:via=socket )?/uid $1: /r}++;
	} elsif ($line =~ $delivery) {
		my ($to, $relay, $status, $text, $own) = ($1, $2, $3, $4, $5);
		if ($status eq 'sent') {
			$delivered++;
			$sent{$relay}++;
		} elsif ($status eq 'bounced') {
			$failed{"<$to>: $text"}++;
		} else {
			$waits{field($own, 'key') . ", $relay"}++;
		}
	} elsif ($line =~ / is set aside as | waits, and needs attention: | cannot /) {
		$errors{$line =~ s/^[0-9a-f]{8}\.[0-9a-f]{8}:? //r}++;
	}
}

sub table {
	my ($title, %counts) = @_;
	return if !%counts;
	print "\n$title\n";
	printf "%8d  %s\n", $counts{$_}, $_ for sort { $counts{$b} <=> $counts{$a} || $a cmp $b } keys %counts;
}

exit 0 if !$submitted && !$delivered && !%waits && !%failed && !%refused && !%errors;
print "$submitted messages handed in, $delivered deliveries\n";
table('Returned to their senders:', %failed);
table('Not taken from their callers:', %refused);
table('For the administrator:', %errors);
table('Attempts that left mail waiting, by reason and server:', %waits);
if (($ENV{LOGWATCH_DETAIL_LEVEL} // 0) >= 5) {
	table('Handed in, by user:', %by_login);
	table('Delivered, by server:', %sent);
}
