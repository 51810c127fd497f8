#!/bin/sh
set -e
sqlite3 "${1:-/data/app.db}" .dump | gzip -n > "/backups/$(TZ=UTC date -d @0 +%F).sql.gz"
