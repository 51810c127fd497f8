#!/bin/sh
set -e
: "${QUEUE_MARK:=#}"
export QUEUE_MARK
if [ "$1" = queue ] && [ -n "$QUEUE_VERBOSE" ]; then
  echo "starting $*" >&2
fi
exec "$@"
