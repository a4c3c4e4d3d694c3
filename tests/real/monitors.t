#!/bin/sh
# Templates and rules for the screens of others, imported by the real programs with a real MariaDB: Cacti's import_template.php, Zabbix's own
# configuration.import, Prometheus' promtool.  Nothing of it talks to a network.
LAYER=monitors
. tests/real/stage.sh
F=relayconf/system/monitoring
mkdir -p "$S/import" "$S/var/lib/mysql" "$S/run/mysqld"
cp $F/* "$S/import/"
out=$(in_stage /usr/bin/promtool check rules /import/prometheus.rules.yml 2>&1); is $? 0 "promtool reads the alert rules" "$out"
is "$(echo "$out" | sed -n 's/.*SUCCESS: \([0-9]*\) rules found/\1/p')" "$(grep -c -- '- alert:' $F/prometheus.rules.yml)" "all of them"
# An hour of a machine whose runner has ended while mail waits, and of one where all is well.
cat >"$S/import/hours.yml" <<'END'
rule_files: [prometheus.rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'firsthop_runner_up{instance="ill"}', values: '0x600'}
      - {series: 'firsthop_config_good{instance="ill"}', values: '1x600'}
      - {series: 'firsthop_queue_oldest_age_seconds{instance="ill"}', values: '0+60x600'}
      - {series: 'firsthop_oauth_failed{instance="ill", token="main", reason="revoked"}', values: '0x300 1x300'}
      - {series: 'firsthop_oauth_right_end_timestamp_seconds{instance="ill", token="main"}', values: '626000x600'}
      - {series: 'firsthop_oauth_failed{instance="well", token="main", reason="none"}', values: '0x600'}
      - {series: 'firsthop_oauth_right_end_timestamp_seconds{instance="well", token="main"}', values: '0x600'}
      - {series: 'firsthop_oauth_renewed_timestamp_seconds{instance="well", token="main"}', values: '0x600'}
      - {series: 'firsthop_runner_up{instance="well"}', values: '1x600'}
      - {series: 'firsthop_config_good{instance="well"}', values: '1x600'}
      - {series: 'firsthop_queue_oldest_age_seconds{instance="well"}', values: '0x600'}
    promql_expr_test:
      - {expr: 'count by (alertname, instance) (ALERTS{alertstate="firing"})', eval_time: 3m, exp_samples: []}
      - expr: 'count by (alertname, instance) (ALERTS{alertstate="firing"})'
        eval_time: 1h
        exp_samples: [{labels: '{alertname="FirsthopRunnerDown", instance="ill"}', value: 1}]
      - expr: 'count by (alertname, instance) (ALERTS{alertstate="firing"})'
        eval_time: 6h
        exp_samples:
          - {labels: '{alertname="FirsthopMailWaits", instance="ill"}', value: 1}
          - {labels: '{alertname="FirsthopRunnerDown", instance="ill"}', value: 1}
          - {labels: '{alertname="FirsthopTokenEnds", instance="ill"}', value: 1}
          - {labels: '{alertname="FirsthopTokenFails", instance="ill"}', value: 1}
END
out=$(in_stage /usr/bin/promtool test rules /import/hours.yml 2>&1); is $? 0 "they fire for a machine in trouble, in time, and for no other" "$out"

# --- MariaDB ---------------------------------------------------------------------------------------------------
rm -rf "$S/etc/mysql"
printf '[client]\nsocket=/run/mysqld/mysqld.sock\n[mariadbd]\nuser=root\ndatadir=/var/lib/mysql\nsocket=/run/mysqld/mysqld.sock\nskip-networking\ncharacter-set-server=utf8mb4\ncollation-server=utf8mb4_bin\nsql_mode=\nlog_bin_trust_function_creators=1\ninnodb_flush_log_at_trx_commit=0\n' >"$S/etc/my.cnf"
ok "a database is made" in_stage /bin/sh -c 'mariadb-install-db --no-defaults --user=root --datadir=/var/lib/mysql --auth-root-authentication-method=normal --skip-test-db >/tmp/install 2>&1 || { cat /tmp/install; exit 1; }'
in_stage /usr/sbin/mariadbd --defaults-file=/etc/my.cnf >"$work/mariadb.log" 2>&1 & database=$!
trap 'kill $database 2>/dev/null; wait $database 2>/dev/null; umount -l "$work"; rmdir "$work"' EXIT
extensions=
for name in mbstring xml dom simplexml bcmath xmlreader xmlwriter gd gmp ldap intl mysqlnd mysqli pdo pdo_mysql posix ctype sockets gettext; do
	[ -z "$(find "$S/usr/lib/php" -name "$name.so")" ] || extensions="$extensions -d extension=$name"
done
php() { in_stage /usr/bin/php -n $extensions -d mysqli.default_socket=/run/mysqld/mysqld.sock -d pdo_mysql.default_socket=/run/mysqld/mysqld.sock -d memory_limit=1G -d max_execution_time=0 -d date.timezone=UTC "$@"; }
query() { in_stage /usr/bin/mariadb --defaults-file=/etc/my.cnf -N -B "$@" 2>&1; }
load() { { echo "CREATE DATABASE $1; USE $1;"; shift; for file; do zcat -f "$S$file"; done; } | query; }
answers() { [ "$(echo 'SELECT 1' | query mysql)" = 1 ]; }
ok "MariaDB answers" eval 'wait_for answers || wait_for answers || { tail -n 5 "$work/mariadb.log"; false; }'

# --- Cacti -----------------------------------------------------------------------------------------------------
mkdir -p "$S/etc/cacti" "$S/var/log/cacti" "$S/var/lib/cacti/cache"
cat >"$S/etc/cacti/debian.php" <<'END'
<?php
$database_type = 'mysql'; $database_default = 'cacti'; $database_hostname = 'localhost'; $database_username = 'root'; $database_password = '';
$database_port = '3306'; $database_retries = 1; $database_ssl = false; $database_ssl_key = $database_ssl_cert = $database_ssl_ca = '';
$poller_id = 1; $url_path = '/cacti/'; $cacti_session_name = 'Cacti'; $cacti_cookie_domain = ''; $disable_log_rotation = true;
END
tables=$(find "$S/usr/share/dbconfig-common/data/cacti/install" -name 'mysql*' | head -n 1)
out=$(load cacti "${tables#"$S"}"); is "$?$out" 0 "Cacti's tables"
echo "UPDATE version SET cacti='$(cat "$S/usr/share/cacti/site/include/cacti_version" 2>/dev/null | tr -d '\n')'" | query cacti >/dev/null
out=$(php -d display_errors=1 /usr/share/cacti/cli/import_template.php --filename=/import/cacti.xml 2>&1); code=$?
is "$code $(echo "$out" | grep -c '^\[success\]')" "0 7" "import_template.php takes each part of the template" "$out"
unlike "$out" '\[fail|rror|arning' "without a complaint"
is "$(echo 'SELECT t.name FROM host_template h JOIN host_template_graph g ON g.host_template_id = h.id JOIN graph_templates t ON t.id = g.graph_template_id
	WHERE h.name = "firsthop" ORDER BY t.name' | query cacti | tr '\n' ',')" "firsthop - Deliveries,firsthop - Oldest message,firsthop - Waiting mail," \
	"a device with the template gets three graphs"
is "$(echo 'SELECT f.data_name FROM data_input i JOIN data_input_fields f ON f.data_input_id = i.id WHERE i.name = "firsthop - Queue" AND f.input_output = "out" ORDER BY 1' |
	query cacti | tr '\n' ' ')" "dead deferred failed oldest sent waiting " "the fields of the script"
like "$(echo 'SELECT input_string FROM data_input WHERE name = "firsthop - Queue"' | query cacti)" '^sh <path_cacti>/scripts/firsthop\.sh <hostname>$' "which Cacti calls"
php /usr/share/cacti/cli/import_template.php --filename=/import/cacti.xml >/dev/null 2>&1
is "$(echo 'SELECT COUNT(*) FROM graph_templates WHERE name LIKE "firsthop%"' | query cacti)" 3 "imported once more it is there once"

# --- Zabbix ----------------------------------------------------------------------------------------------------
zabbix=/usr/share/zabbix-server-mysql
out=$(load zabbix $zabbix/schema.sql.gz $zabbix/images.sql.gz $zabbix/data.sql.gz); is "$?$out" 0 "Zabbix's tables"
mkdir -p "$S/etc/zabbix"
rm -f "$S/usr/share/zabbix/conf/zabbix.conf.php"
cat >"$S/etc/zabbix/zabbix.conf.php" <<'END'
<?php
global $DB;
$DB = ['TYPE' => 'MYSQL', 'SERVER' => 'localhost', 'PORT' => '0', 'DATABASE' => 'zabbix', 'USER' => 'root', 'PASSWORD' => '', 'SCHEMA' => '',
	'ENCRYPTION' => false, 'KEY_FILE' => '', 'CERT_FILE' => '', 'CA_FILE' => '', 'VERIFY_HOST' => false, 'CIPHER_LIST' => '', 'DOUBLE_IEEE754' => true];
$ZBX_SERVER_NAME = 'test';
END
ln -sf /etc/zabbix/zabbix.conf.php "$S/usr/share/zabbix/conf/zabbix.conf.php"
php -S 127.0.0.1:8081 -t /usr/share/zabbix >"$work/zabbix.log" 2>&1 & frontend=$!
trap 'kill $frontend $database 2>/dev/null; wait $frontend $database 2>/dev/null; umount -l "$work"; rmdir "$work"' EXIT
cat >"$S/import/zabbix.php" <<'END'
<?php
// What an administrator's browser does: log in, and import the file; then what is there now.
function call($method, $params, $auth = null) {
	$body = json_encode(['jsonrpc' => '2.0', 'method' => $method, 'params' => $params, 'id' => 1, 'auth' => $auth]);
	$answer = file_get_contents('http://127.0.0.1:8081/api_jsonrpc.php', false, stream_context_create(['http' => ['method' => 'POST',
		'header' => 'Content-Type: application/json-rpc', 'content' => $body, 'ignore_errors' => true]]));
	$answer = json_decode($answer, true) ?? ['error' => $answer];
	if (isset($answer['error'])) { echo json_encode($answer['error']), "\n"; exit(1); }
	return $answer['result'];
}
$auth = call('user.login', ['username' => 'Admin', 'password' => 'zabbix']);
$both = ['createMissing' => true, 'updateExisting' => true];
echo 'imported ', call('configuration.import', ['format' => 'xml', 'source' => file_get_contents('/import/zabbix.xml'), 'rules' => [
	'groups' => ['createMissing' => true, 'updateExisting' => true], 'templates' => $both, 'items' => $both, 'triggers' => $both, 'graphs' => $both,
	'discoveryRules' => $both, 'valueMaps' => $both, 'templateDashboards' => $both]], $auth), "\n";
$id = call('template.get', ['filter' => ['host' => 'firsthop by Zabbix agent']], $auth)[0]['templateid'];
echo 'items ', call('item.get', ['templateids' => $id, 'countOutput' => true], $auth), "\n";
echo 'triggers ', call('trigger.get', ['templateids' => $id, 'countOutput' => true], $auth), "\n";
END
is_up() { in_stage /bin/busybox wget -q -O /dev/null http://127.0.0.1:8081/robots.txt || in_stage /bin/busybox nc -w 1 127.0.0.1 8081 </dev/null; }
ok "the frontend answers" wait_for is_up
out=$(php /import/zabbix.php 2>&1); is $? 0 "configuration.import takes the template" "$out"
kept() { grep -c "^ *<$1>$" $F/zabbix.xml; }
is "$(echo "$out" | tr '\n' ' ')" "imported 1 items $(kept item) triggers $(kept trigger) " "with each item and trigger"
finish
