#!/bin/sh
# Reads what the init job made for this container, then becomes the program that was asked for.
set -eu

: "${BG_PUBLIC_URL:=http://127.0.0.1:${BG_PORT:-8080}}"
BG_PUBLIC_URL=${BG_PUBLIC_URL%/}
export BG_PUBLIC_URL
case $BG_PUBLIC_URL in
  *://localhost | *://localhost:*)
    echo "BG_PUBLIC_URL must not be localhost: browsers take it for another site than 127.0.0.1. Write 127.0.0.1." >&2
    exit 64 ;;
esac

for file in ${BG_ENV_FILES:-}; do
  set -a
  . "$file"
  set +a
done
exec "$@"
