#!/bin/sh
[ "$1" != "db:5432" ] || shift 2
exec "$@"
