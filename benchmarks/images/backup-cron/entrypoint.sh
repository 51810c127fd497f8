#!/bin/sh
if [ "$1" = once ]; then
  sqlite3 /tmp/app.db "CREATE TABLE a (b)"
  backup.sh /tmp/app.db
  zcat /backups/*.gz | grep CREATE
  date -d @0 +%Z
  exit
fi
exec "$@"
