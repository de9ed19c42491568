#!/bin/sh
set -e
echo "starting $1"
exec "/bin/$1"
