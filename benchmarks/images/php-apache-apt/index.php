<?php
$db = new PDO('sqlite::memory:');
$db->exec('CREATE TABLE t (n INT)');
$db->exec('INSERT INTO t VALUES (41)');
echo 'Answer: ', $db->query('SELECT n + 1 FROM t')->fetchColumn(), "\n";
